import { refuse } from "../kernel/errors.ts";

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
