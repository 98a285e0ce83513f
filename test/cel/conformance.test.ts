import { describe, expect, it } from "vitest";
import { CORE_SUITES, coreCases, failureOf } from "./conformance-cases.ts";
import { EXPECTED_FAILURES } from "./conformance-expected-failures.ts";

const REQUIRED_SHARE = 0.92;

const cases = coreCases();
const passing = cases.length - EXPECTED_FAILURES.size;
const percent = ((100 * passing) / cases.length).toFixed(1);

describe("the conformance cases of CEL", () => {
  it.each(CORE_SUITES)("[CEL-4] answers the suite %s as specified, save for the listed cases", (suite) => {
    const ofSuite = cases.filter(({ id }) => id.startsWith(`${suite}/`));
    const outcomes = ofSuite.map((each) => [each.id, failureOf(each)] as const);
    expect(outcomes.filter(([id, failure]) => failure !== null && !EXPECTED_FAILURES.has(id))).toEqual([]);
    expect(outcomes.filter(([id, failure]) => failure === null && EXPECTED_FAILURES.has(id))).toEqual([]);
  });

  it("[CEL-4] lists no case that is none", () => {
    const known = new Set(cases.map(({ id }) => id));
    expect([...EXPECTED_FAILURES.keys()].filter((id) => !known.has(id))).toEqual([]);
  });

  it(`[CEL-4] passes ${passing} of ${cases.length} core cases (${percent} %)`, () => {
    expect(passing / cases.length).toBeGreaterThanOrEqual(REQUIRED_SHARE);
  });
});
