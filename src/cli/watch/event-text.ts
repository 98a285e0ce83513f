import { cut, plain, valueText } from "../text.ts";
import type { Agent, RoomEvent, Write } from "./display.ts";

const MOST_WRITES = 3;
const MOST_CONDITION = 60;

/** `_shared.points = 10, _tasks.3 deleted, ana.(hidden)` */
export function writesText(writes: readonly Write[]): string {
  const texts = writes.slice(0, MOST_WRITES).map((write) => {
    if (write.hidden) return `${plain(write.scope)}.(hidden)`;
    const place = `${plain(write.scope)}.${plain(write.key ?? "")}`;
    if (write.op === "delete") return `${place} deleted`;
    return write.value === undefined ? `${place} ${write.op}` : `${place} = ${valueText(write.value)}`;
  });
  const more = writes.length - texts.length;
  return [...texts, ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
}

/** What an event did: the action or else the kind of event. */
export function deedText({ kind, action, ok, code }: RoomEvent): string {
  const deed = plain(action ?? kind);
  return ok ? deed : `${deed} refused: ${code}`;
}

/** Who caused an event: an agent, or the room's owner. */
export function authorText({ agent }: Pick<RoomEvent, "agent">): string {
  return agent === null ? "(room)" : plain(agent);
}

/** The time of day of an ISO 8601 instant, UTC. */
export function timeText(ts: string): string {
  return ts.slice(11, 23);
}

export function statusText({ status, waiting_on }: Agent): string {
  return waiting_on === null ? status : `${status} on ${cut(plain(waiting_on), MOST_CONDITION)}`;
}
