import { hash } from "node:crypto";
import type { Operation, SequentialModel } from "./linearizability.ts";
import { isLinearizable } from "./linearizability.ts";

/** What clients do to one key of a room. */
export type KeyInput = { readonly key: string } & (
  | { readonly do: "get" }
  /** A read that also tells the revision. */
  | { readonly do: "look" }
  | { readonly do: "set"; readonly value: number }
  | { readonly do: "cas"; readonly value: number; readonly expected: string }
  /** Only where there is nothing. */
  | { readonly do: "claim"; readonly value: number }
  | { readonly do: "increment"; readonly by: number }
  | { readonly do: "delete" }
);

/** What a key holds, or null. */
export type Held = { readonly value: number; readonly revision: number } | null;

/** The hash of a number as SPEC.md defines it, and of nothing [STATE-2]. */
export function hashOf(value: number | null): string {
  return value === null ? "" : hash("sha256", JSON.stringify(value), "hex").slice(0, 16);
}

/** How an answer shows what a key holds. */
export const shown = (held: Held): string => (held === null ? "nothing" : `${held.value} #${held.revision}`);
export const conflict = (held: Held): string =>
  `conflict ${held?.revision ?? 0} ${hashOf(held?.value ?? null)}`;

/** A key of a room: compare-and-set, increments and revisions as SPEC.md has them [STATE-1, ACT-5]. */
export const KEY_MODEL: SequentialModel<Held, KeyInput> = {
  initial: null,
  text: shown,
  step(held, input) {
    const written = (value: number) => {
      const state = { value, revision: (held?.revision ?? 0) + 1 };
      return { state, output: shown(state) };
    };
    const refused = { state: held, output: conflict(held) };
    switch (input.do) {
      case "get":
        return { state: held, output: String(held?.value ?? null) };
      case "look":
        return { state: held, output: shown(held) };
      case "set":
        return written(input.value);
      case "cas":
        return input.expected === hashOf(held?.value ?? null) ? written(input.value) : refused;
      case "claim":
        return held === null ? written(input.value) : refused;
      case "increment":
        return written((held?.value ?? 0) + input.by);
      case "delete":
        return { state: null, output: held === null ? "no write" : "deleted" };
    }
  },
};

/** The first key of which the history has no order, or null. Keys are independent of each other: each is checked alone. */
export function faultyKey(history: readonly Operation<KeyInput>[]): string | null {
  const keys = new Map<string, Operation<KeyInput>[]>();
  for (const operation of history) {
    // A refusal for want of space is no operation: nothing may have come of it.
    if (operation.output === "full") continue;
    const { key } = operation.input;
    keys.set(key, [...(keys.get(key) ?? []), operation]);
  }
  for (const [key, operations] of keys) if (!isLinearizable(operations, KEY_MODEL)) return key;
  return null;
}

/** A history of one key as text, to be read by those who look for the fault. */
export function told(history: readonly Operation<KeyInput>[], key: string): string {
  return history
    .filter(({ input }) => input.key === key)
    .map(({ client, input, output, invoked, returned }) => {
      const { key: _, ...rest } = input;
      return `client ${client} ${invoked}–${output === null ? "" : returned} ${JSON.stringify(rest)} → ${output ?? "?"}`;
    })
    .join("\n");
}
