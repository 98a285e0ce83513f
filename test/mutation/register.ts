import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Where the tests are: asked each time, since a run begins here and moves to its own copy of the tree. */
const folder = () => `${pathToFileURL(process.cwd())}/test/`;
/** What stands in for what only the tests' usual runner and the platform have. */
const IN_PLACE: Readonly<Record<string, string>> = {
  vitest: "mutation/vitest.ts",
  "cloudflare:test": "support/node-platform.ts",
  "cloudflare:workers": "support/node-platform.ts",
};

registerHooks({
  resolve(name, context, next) {
    const instead = IN_PLACE[name];
    if (instead === undefined || context.parentURL === `${folder()}mutation/vitest.ts`)
      return next(name, context);
    return { url: folder() + instead, shortCircuit: true };
  },
  /** Texts and tables as the Worker's own build reads them. */
  load(url, context, next) {
    if (!/\/(?:src|test)\/.*\.(?:md|json)$/.test(url)) return next(url, context);
    const text = readFileSync(fileURLToPath(url), "utf8");
    const source = `export default ${url.endsWith(".md") ? JSON.stringify(text) : text};`;
    return { format: "module", source, shortCircuit: true };
  },
});
