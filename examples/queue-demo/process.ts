import { Room } from "../../src/client/main.ts";
import type { Words } from "./vocabulary.ts";

/** What a process of the demo tells the one that measures. It is no part of the work: that goes through the room alone. */
export type Note =
  | { readonly note: "invoked"; readonly by: string; readonly ms: number }
  | { readonly note: "lost_claim"; readonly by: string }
  | { readonly note: "posted"; readonly seq: number; readonly sentAt: number }
  | { readonly note: "woken"; readonly seq: number; readonly sentAt: number; readonly at: number }
  | { readonly note: "stalled"; readonly by: string };

export function tell(note: Note): void {
  process.send?.(note);
}

/** ms since the epoch, with fractions: comparable between processes of one machine. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Joins the room of the demo as the agent that this process is; others find its pid in the agent's `meta`. */
export async function joinAs(role: string): Promise<{ id: string; room: Room<Words> }> {
  const {
    DEMO_URL: server = "",
    DEMO_ROOM = "",
    DEMO_JOIN_TOKEN: token = "",
    DEMO_AGENT: id = "",
  } = process.env;
  const meta = { pid: process.pid };
  return { id, room: await Room.join<Words>({ server, room: DEMO_ROOM, token, id, role, meta }) };
}

/** Does the work, and tells how long it took. */
export async function timed<Answer>(by: string, work: () => Promise<Answer>): Promise<Answer> {
  const begun = performance.now();
  try {
    return await work();
  } finally {
    tell({ note: "invoked", by, ms: performance.now() - begun });
  }
}
