import { format } from "node:util";
import { after, afterEach, before, beforeEach, describe as suite, it as test } from "mocha";
import { expect, vi } from "vitest";

// Its matchers ask what runs them.
Object.assign(globalThis, { __vitest_worker__: { filepath: "" } });

/** What takes the place of `vitest` where mutations run its tests by mocha, which loads them once for all mutants. */
type Work = (...given: never[]) => unknown;
type Define = (title: string, work: () => unknown) => unknown;

/** A title for each case, by which it is found again. */
function titleOf(title: string, given: readonly unknown[], index: number): string {
  const [first] = given;
  const named = title.replace(/\$([A-Za-z]\w*)/g, (whole, name: string) =>
    typeof first === "object" && first !== null ? String(Reflect.get(first, name)) : whole,
  );
  const places = named.match(/%[sdijo]/g)?.length ?? 0;
  return `${format(named, ...given.slice(0, places))} (${index + 1})`;
}

function each(define: Define) {
  return (cases: readonly unknown[]) =>
    (title: string, ...rest: readonly unknown[]) => {
      for (const [index, one] of cases.entries()) {
        const given = Array.isArray(one) ? one : [one];
        define(titleOf(title, given, index), () => workOf(rest)(...(given as never[])));
      }
    };
}

/** Options and times come before or after it. */
function workOf(rest: readonly unknown[]): Work {
  return rest.find((one) => typeof one === "function") as Work;
}

// A test of mocha's that takes a parameter is given a callback, and waited for.
const define: Define = (title, work) => test(title, () => work());
const group: Define = (title, work) => suite(title, () => void work());

export const it = Object.assign(
  (title: string, ...rest: readonly unknown[]) => define(title, () => workOf(rest)()),
  {
    each: each(define),
  },
);
export const describe = Object.assign(
  (title: string, ...rest: readonly unknown[]) => group(title, () => workOf(rest)()),
  { each: each(group) },
);
export const inject = () => null;
export { after as afterAll, afterEach, before as beforeAll, beforeEach, expect, vi };
