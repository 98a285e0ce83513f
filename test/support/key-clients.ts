import type { Dice } from "../../drills/random.ts";
import type { KeyInput } from "./key-object.ts";
import { hashOf } from "./key-object.ts";
import type { Operation } from "./linearizability.ts";

/** Actions that do to a key of `_shared` what {@link KeyInput} says. */
export const KEY_ACTIONS = [
  { id: "set", writes: [{ key: "${params.key}", value: "${params.value}" }] },
  { id: "cas", writes: [{ key: "${params.key}", value: "${params.value}", if_hash: "${params.expected}" }] },
  { id: "claim", writes: [{ key: "${params.key}", value: "${params.value}", if_hash: "" }] },
  { id: "increment", writes: [{ key: "${params.key}", increment: "${params.by}" }] },
  { id: "delete", writes: [{ key: "${params.key}", delete: true }] },
];

/** Does one operation and answers what came of it, as {@link KEY_MODEL} would say it, or null where nobody knows. */
export type Perform = (client: number, input: KeyInput) => Promise<string | null>;

export interface Load {
  readonly clients: number;
  readonly operations: number;
  readonly keys: readonly string[];
}

/** Has clients work at once, each at one operation after another, and writes down what they saw. */
export async function record(perform: Perform, load: Load, dice: Dice): Promise<Operation<KeyInput>[]> {
  const history: Operation<KeyInput>[] = [];
  let instant = 0;
  const work = async (client: number, own: Dice) => {
    const seen = new Map<string, string>();
    for (let turn = 0; turn < load.operations; turn++) {
      const input = choose(own, own.pick(load.keys), client * 1_000 + turn + 1, seen);
      const invoked = ++instant;
      const output = await perform(client, input);
      history.push({ client, input, output, invoked, returned: ++instant });
      notice(seen, input.key, output);
    }
  };
  const clients = Array.from({ length: load.clients }, (_, client) => work(client, dice.fork()));
  await Promise.all(clients);
  return history;
}

/** Each value is written once, so that a reader's answer says whose it is. */
function choose(dice: Dice, key: string, value: number, seen: ReadonlyMap<string, string>): KeyInput {
  const roll = dice.below(20);
  if (roll < 4) return { key, do: "get" };
  if (roll < 7) return { key, do: "look" };
  if (roll < 9) return { key, do: "set", value };
  if (roll < 13) return { key, do: "cas", value, expected: seen.get(key) ?? "" };
  if (roll < 15) return { key, do: "claim", value };
  if (roll < 18) return { key, do: "increment", by: 1 + dice.below(3) };
  return { key, do: "delete" };
}

/** A client compares with what it was told last. */
function notice(seen: Map<string, string>, key: string, output: string | null): void {
  if (output === null || output === "full") return;
  const [first = "", , hash = ""] = output.split(" ");
  if (first === "conflict") seen.set(key, hash);
  else seen.set(key, hashOf(/^-?\d+$/.test(first) ? Number(first) : null));
}

/** What an answer to an invocation says of its one write, as {@link KEY_MODEL} would. */
export function outputOf(status: number, body: InvocationBody): string | null {
  if (status === 507) return "full";
  if (status >= 500) return null;
  if (status === 409) return `conflict ${body.current?.revision} ${body.current?.hash}`;
  const [write] = body.writes ?? [];
  if (write === undefined) return "no write";
  return write.deleted ? "deleted" : `${write.value} #${write.revision}`;
}

export interface InvocationBody {
  readonly writes?: readonly { value?: number; revision?: number; deleted?: boolean }[];
  readonly current?: { readonly revision: number; readonly hash: string };
}

export interface PolledBody {
  readonly state: readonly { scope: string; key: string; value: number; revision: number }[];
}

/** What a poll shows of a key, as {@link KEY_MODEL} would. */
export function polledOutput({ state }: PolledBody, key: string): string {
  const found = state.find((entry) => entry.scope === "_shared" && entry.key === key);
  return found ? `${found.value} #${found.revision}` : "nothing";
}
