import { describe, expect, it } from "vitest";
import { CORE_SUITES, coreCases, failureOf } from "./conformance-cases.ts";
import { EXPECTED_FAILURES } from "./conformance-expected-failures.ts";

const REQUIRED_SHARE = 0.92;

const cases = coreCases();
const failures = new Map(
  cases.map((each) => [each.id, failureOf(each)] as const).filter(([, failure]) => failure !== null),
);
const passed = cases.length - failures.size;
const percent = ((100 * passed) / cases.length).toFixed(1);

describe("the conformance cases of CEL", () => {
  it.each(CORE_SUITES)("[CEL-4] answers the suite %s as specified, save for the listed cases", (suite) => {
    const ofSuite = (id: string) => id.startsWith(`${suite}/`);
    const unexpected = [...failures].filter(([id]) => ofSuite(id) && !EXPECTED_FAILURES.has(id));
    expect(unexpected).toEqual([]);
  });

  it("[CEL-4] lists no case that passes, or that is none", () => {
    expect([...EXPECTED_FAILURES.keys()].filter((id) => !failures.has(id))).toEqual([]);
  });

  it(`[CEL-4] passes ${passed} of ${cases.length} core cases (${percent} %)`, () => {
    expect(passed / cases.length).toBeGreaterThanOrEqual(REQUIRED_SHARE);
  });
});
