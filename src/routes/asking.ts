import { SPARING_MS } from "../protocol/full-disk.ts";

/** So many rooms are remembered for it. */
const MOST_ROOMS = 1_000;

/** Until when rooms are asked so, ms since the epoch. */
const failed = new Map<string, number>();

/**
 * Asks a room's object; after a failure sparingly, and where that `isSafe` at once. On a full disk an alarm cannot be set
 * either, and the object ends with every call that sets one: without it reads go on, and writes say why they fail [LOG-8].
 */
export async function asking<T>(
  room: string,
  isSafe: boolean,
  ask: (sparing: boolean) => Promise<T>,
): Promise<T> {
  try {
    return await ask(hasFailed(room));
  } catch (thrown) {
    if (failed.size >= MOST_ROOMS) failed.clear();
    failed.set(room, Date.now() + SPARING_MS);
    if (!isSafe) throw thrown;
    return await ask(true);
  }
}

function hasFailed(room: string): boolean {
  const until = failed.get(room);
  if (until === undefined || Date.now() < until) return until !== undefined;
  failed.delete(room);
  return false;
}
