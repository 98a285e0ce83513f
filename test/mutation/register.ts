import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

/** Where the tests are: asked each time, since a run begins here and moves to its own copy of the tree. */
const folder = () => `${pathToFileURL(process.cwd())}/test/mutation/`;

registerHooks({
  resolve(name, context, next) {
    if (name !== "vitest" || context.parentURL?.startsWith(folder())) return next(name, context);
    return { url: `${folder()}vitest.ts`, shortCircuit: true };
  },
});
