import type { Functions } from "./signature.ts";
import { takes } from "./signature.ts";

/** Functions that the room answers itself, with how many arguments each takes [CTX-8]. */
const ARGUMENTS = { salient: 2, top_n: 2, written_by: 2, velocity_above: 2, contested: 0, stale: 1 } as const;

export type RoomFunction = keyof typeof ARGUMENTS;

export function isRoomFunction(name: string): name is RoomFunction {
  return Object.hasOwn(ARGUMENTS, name);
}

export const ROOM_FUNCTIONS: Functions = Object.fromEntries(
  Object.entries(ARGUMENTS).map(([name, count]) => [
    name,
    takes(count, (run, values) => run.ask(name as RoomFunction, values)),
  ]),
);
