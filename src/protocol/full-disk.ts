import { refuse } from "../kernel/errors.ts";

/** ms: a room that has failed stores nothing for so long that no call asks for. Worker and object keep to it alike [LOG-8]. */
export const SPARING_MS = 5_000;

/** Whether what was thrown says that the object's disk is full. */
export function isDiskFull(thrown: unknown): boolean {
  return thrown instanceof Error && /SQLITE_FULL|database or disk is full/.test(thrown.message);
}

export function diskFull() {
  const full = refuse("storage_full", "The room's storage is full: nothing was written.", {
    hint: "Reads go on; delete entries to make room.",
  });
  return full.refusal;
}

/** The refusal where the disk was found full only when the commit of a turn was written, which ends the object. */
export function fullAtCommit() {
  const full = refuse("storage_full", "The room's storage is full: what was asked for could not be stored.", {
    hint: "Reads go on; delete entries to make room, and repeat the call with its Idempotency-Key.",
  });
  return full.refusal;
}
