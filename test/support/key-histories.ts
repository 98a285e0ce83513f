import { Dice } from "../../drills/random.ts";
import type { Caller } from "../../src/protocol/calls.ts";
import type { Load, Perform } from "./key-clients.ts";
import { KEY_ACTIONS, outputOf, polledOutput, record } from "./key-clients.ts";
import type { KeyInput } from "./key-object.ts";
import type { Operation } from "./linearizability.ts";
import type { Patches } from "./memory-room.ts";
import type { PlatformPatches } from "./served-room.ts";
import { ServedRoom } from "./served-room.ts";
import type { Call } from "./subject.ts";

const LOAD: Load = { clients: 4, operations: 6, keys: ["a", "b"] };

/** Of so many turns one brings a crash, an eviction or a full disk. */
const TURNS_PER_FAULT = 40;

function callOf(input: KeyInput): Call {
  const { key, do: what, ...given } = input;
  if (what === "look") return { call: "poll", args: {}, compact: false };
  const expr = `state._shared[${JSON.stringify(key)}]`;
  if (what === "get") return { call: "evaluate", args: { expr }, compact: false };
  return { call: "invoke", args: { action: what, params: { key, ...given } }, compact: false };
}

function performer(room: ServedRoom, caller: Caller): Perform {
  return async (_, input) => {
    const { status, body } = await room.call(caller, callOf(input));
    if (status >= 500 && status !== 507) return null;
    const answer = JSON.parse(body);
    if (input.do === "get") return String(answer.value);
    return input.do === "look" ? polledOutput(answer, input.key) : outputOf(status, answer);
  };
}

/** What happens to one room in memory that some clients call at once, all of it drawn from `seed`. */
export async function historyInMemory(
  seed: number,
  patches: Patches = {},
  platform: PlatformPatches = {},
): Promise<Operation<KeyInput>[]> {
  const dice = new Dice(seed);
  const room = new ServedRoom(dice.fork(), patches, platform);
  const caller = room.prepare(KEY_ACTIONS);
  const faults = dice.fork();
  const upset = () => {
    const roll = faults.below(TURNS_PER_FAULT * 3);
    if (roll === 0) room.crash();
    if (roll === 1) room.evict();
    if (roll === 2) room.fill();
  };
  const history = await room.turns.until(record(performer(room, caller), LOAD, dice), upset);
  room.end();
  return history;
}
