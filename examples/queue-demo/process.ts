import { Room } from "./api.ts";

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
export async function joinAs(role: string): Promise<{ id: string; room: Room }> {
  const { DEMO_URL = "", DEMO_ROOM = "", DEMO_JOIN_TOKEN = "", DEMO_AGENT: id = "" } = process.env;
  const invited = new Room(DEMO_URL, DEMO_ROOM, DEMO_JOIN_TOKEN);
  return { id, room: await invited.join({ id, role, meta: { pid: process.pid } }) };
}
