import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { STEPS } from "../../src/migrations/steps.ts";

/** The digest of each step as it was first released. A step is never edited: a new one is added at the end. */
const RELEASED: readonly string[] = [
  "5365105af52bc3c8",
  "fdea49f876c5b3d0",
  "2f685dc050d5128e",
  "062d3ae9d16385a7",
];

it("[LOG-1] a released migration step is never edited", () => {
  const digests = STEPS.map((step) => createHash("sha256").update(step).digest("hex").slice(0, 16));
  expect(digests).toEqual(RELEASED);
});
