import { defineConfig } from "vite";

/** Builds the page into the folder that the Worker serves: nothing inline, which its policy would refuse [DASH-2]. */
export default defineConfig({
  root: "src/dashboard",
  base: "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../../dist/page",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
