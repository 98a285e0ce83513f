import type { Snapshot } from "../../src/dashboard/live/snapshot.ts";

/** A room in which there is nothing but what is named. */
export function snapshot(parts: Partial<Snapshot>): Snapshot {
  return {
    seq: 1,
    ts: null,
    self: "",
    state: {},
    facts: {},
    views: {},
    agents: {},
    actions: {},
    actionRecords: {},
    viewRecords: {},
    messages: [],
    help: [],
    ...parts,
  };
}
