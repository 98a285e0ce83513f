import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KeyInput } from "../support/key-object.ts";
import { faultyKey, hashOf, KEY_MODEL } from "../support/key-object.ts";
import type { Operation } from "../support/linearizability.ts";
import { isLinearizable } from "../support/linearizability.ts";

/** An input without its key, and what was answered. */
type Told = [
  client: number,
  input: Record<string, unknown>,
  output: string | null,
  invoked: number,
  returned: number,
];

function isAccepted(...operations: Told[]): boolean {
  const history = operations.map(([client, input, output, invoked, returned]): Operation<KeyInput> => {
    return { client, input: { key: "k", ...input } as KeyInput, output, invoked, returned };
  });
  return faultyKey(history) === null;
}

const set = (value: number) => ({ do: "set", value });
const get = { do: "get" };
const look = { do: "look" };
const increment = { do: "increment", by: 1 };
const claim = (value: number) => ({ do: "claim", value });

describe("the checker accepts", () => {
  it("[STATE-1] operations one after another", () => {
    const cas = { do: "cas", value: 7, expected: hashOf(6) };
    expect(
      isAccepted(
        [0, look, "nothing", 1, 2],
        [0, set(5), "5 #1", 3, 4],
        [0, increment, "6 #2", 5, 6],
        [0, cas, "7 #3", 7, 8],
        [0, { ...cas, value: 8 }, `conflict 3 ${hashOf(7)}`, 9, 10],
        [0, { do: "delete" }, "deleted", 11, 12],
        [0, { do: "delete" }, "no write", 13, 14],
        [0, claim(9), "9 #1", 15, 16],
      ),
    ).toBe(true);
  });

  it("either order of two that overlap", () => {
    expect(isAccepted([0, set(1), "1 #1", 1, 4], [1, set(2), "2 #2", 2, 3], [1, get, "2", 5, 6])).toBe(true);
    expect(isAccepted([0, set(1), "1 #2", 1, 4], [1, set(2), "2 #1", 2, 3], [1, get, "1", 5, 6])).toBe(true);
  });

  it("a read of a write that has not returned", () => {
    expect(isAccepted([0, set(1), "1 #1", 1, 9], [1, get, "1", 2, 3], [2, get, "1", 4, 5])).toBe(true);
  });

  it("what was not answered as done, late, or never", () => {
    expect(isAccepted([0, set(1), null, 1, 2], [1, get, "1", 3, 4])).toBe(true);
    expect(isAccepted([0, set(1), null, 1, 2], [1, get, "null", 3, 4], [1, get, "1", 5, 6])).toBe(true);
    expect(isAccepted([0, set(1), null, 1, 2], [1, get, "null", 3, 4])).toBe(true);
  });

  it("a search that has to turn back often", () => {
    const many = Array.from(
      { length: 9 },
      (_, n): Told => [n, increment, `${n + 1} #${n + 1}`, 10 - n, 20 + n],
    );
    expect(isAccepted(...many, [10, get, "9", 40, 41])).toBe(true);
    expect(isAccepted(...many, [10, get, "8", 40, 41])).toBe(false);
  });
});

describe("the checker rejects", () => {
  it("a stale read", () => {
    expect(isAccepted([0, set(1), "1 #1", 1, 2], [1, get, "null", 3, 4])).toBe(false);
  });

  it("a value that goes away again", () => {
    const reads: Told[] = [
      [1, get, "1", 2, 3],
      [2, get, "null", 4, 5],
    ];
    expect(isAccepted([0, set(1), "1 #1", 1, 9], ...reads)).toBe(false);
  });

  it("a lost update", () => {
    expect(isAccepted([0, increment, "1 #1", 1, 3], [1, increment, "1 #1", 2, 4])).toBe(false);
  });

  it("a claim that two hold", () => {
    expect(isAccepted([0, claim(1), "1 #1", 1, 4], [1, claim(2), "2 #2", 2, 3])).toBe(false);
  });

  it("a conflict without a cause", () => {
    expect(isAccepted([0, claim(1), `conflict 0 ${hashOf(null)}`, 1, 2])).toBe(false);
  });

  it("a write that was refused and done", () => {
    expect(isAccepted([0, set(1), "full", 1, 2], [0, get, "1", 3, 4])).toBe(false);
  });

  it("one that was not answered and done twice", () => {
    expect(isAccepted([0, increment, null, 1, 2], [1, get, "1", 3, 4], [1, get, "2", 5, 6])).toBe(false);
  });

  it("a revision that goes on after a delete", () => {
    const deleted: Told = [0, { do: "delete" }, "deleted", 3, 4];
    expect(isAccepted([0, set(1), "1 #1", 1, 2], deleted, [0, set(2), "2 #2", 5, 6])).toBe(false);
  });
});

/** The definition, without regard to cost: every order of the answered operations and of some of the others is tried. */
function hasOrder(left: readonly Operation<KeyInput>[], state = KEY_MODEL.initial): boolean {
  if (left.every(({ output }) => output === null)) return true;
  const earliestReturn = Math.min(
    ...left.map(({ output, returned }) => (output === null ? Number.POSITIVE_INFINITY : returned)),
  );
  return left.some((operation) => {
    if (operation.invoked > earliestReturn) return false;
    const next = KEY_MODEL.step(state, operation.input);
    const fits = operation.output === null || operation.output === next.output;
    return (
      fits &&
      hasOrder(
        left.filter((other) => other !== operation),
        next.state,
      )
    );
  });
}

it("the checker agrees with the definition on small histories, right and wrong", () => {
  const drop = { do: "delete" };
  const said = fc.oneof(
    fc.tuple(fc.constant(look), fc.constantFrom("nothing", "1 #1", "1 #2", "2 #2")),
    fc.tuple(fc.constant(set(1)), fc.constantFrom("1 #1", "1 #2", null)),
    fc.tuple(fc.constant(increment), fc.constantFrom("1 #1", "2 #2", null)),
    fc.tuple(fc.constant(drop), fc.constantFrom("deleted", "no write", null)),
  );
  const operation = fc.tuple(said, fc.nat(12), fc.integer({ min: 1, max: 8 }));
  const verdicts = { true: 0, false: 0 };
  fc.assert(
    fc.property(fc.array(operation, { minLength: 2, maxLength: 6 }), (drawn) => {
      const history = drawn.map(([[given, output], invoked, lasts], client): Operation<KeyInput> => {
        const instants = { invoked: invoked * 10 + client, returned: (invoked + lasts) * 10 + client + 0.5 };
        return { client, input: { key: "k", ...given } as KeyInput, output, ...instants };
      });
      const expected = hasOrder(history);
      verdicts[`${expected}`] += 1;
      expect(isLinearizable(history, KEY_MODEL)).toBe(expected);
    }),
    { seed: 20260125, numRuns: 3_000 },
  );
  expect(Math.min(verdicts.true, verdicts.false)).toBeGreaterThan(100);
});
