import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** What Node loads in the place of modules that only the runtime, or only the tests' usual runner, has. */
const STAND_INS: Readonly<Record<string, string>> = {
  vitest: "./vitest.ts",
  "cloudflare:workers": "./workers.ts",
  "cloudflare:test": "./objects.ts",
};

/** Where they are: asked each time, since a run of mutations begins here and moves to its own copy of the tree. */
const folder = () => new URL(`${pathToFileURL(process.cwd())}/test/platform/`);

registerHooks({
  resolve(name, context, next) {
    const standIn = context.parentURL?.startsWith(folder().href) ? undefined : STAND_INS[name];
    if (standIn === undefined) return next(name, context);
    return { url: new URL(standIn, folder()).href, shortCircuit: true };
  },
  load(url, context, next) {
    const isText = url.endsWith(".md");
    if (!isText && !(url.endsWith(".json") && !url.includes("/node_modules/"))) return next(url, context);
    const text = readFileSync(fileURLToPath(url), "utf8");
    const source = `export default ${isText ? JSON.stringify(text) : text};`;
    return { format: "module", source, shortCircuit: true };
  },
});
