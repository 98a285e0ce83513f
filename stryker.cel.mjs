import kernel from "./stryker.config.json" with { type: "json" };

/** Expressions, by their own tests alone: those of rooms would come to them all, and tell little more. */
export default {
  ...kernel,
  mochaOptions: {
    spec: [
      "test/mutation/fresh-caches.ts",
      "test/cel/absence.test.ts",
      "test/cel/conformance.test.ts",
      "test/cel/errors.test.ts",
      "test/cel/hostile.test.ts",
      "test/cel/functions.test.ts",
      "test/cel/function-costs.test.ts",
      "test/cel/language.test.ts",
      "test/cel/lru-cache.test.ts",
      "test/cel/meter.test.ts",
      "test/cel/numbers.test.ts",
      "test/cel/parts.test.ts",
    ],
    // What goes off over a budget takes long, and so would each mutant that it comes to.
    grep: "/^(?!bombs )/",
  },
  mutate: ["src/cel/*.ts"],
  jsonReporter: { fileName: ".stryker/cel.json" },
};
