import { defineConfig } from "vite";

/** How scripts/build-page.ts builds the page: nothing inline, which its policy would refuse [DASH-2]. */
export default defineConfig({
  root: "src/dashboard",
  base: "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
