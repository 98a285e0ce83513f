import { runInDurableObject } from "cloudflare:test";
import type { LogEvent } from "../../src/kernel/model.ts";
import { fold, leftOf } from "./fold.ts";
import type { Body, Client } from "./room.ts";
import { roomObject } from "./room.ts";

/** The whole log as the room token reads it, page by page. */
export async function wholeLog(owner: Client, limit = 500): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const { body }: Body = await owner.call(`/log?limit=${limit}&after=${after}`);
    events.push(...body.events);
    after = body.next;
  }
  return events;
}

/** The timers that run in the room, as its tables have them. */
export async function timedRows(room: string): Promise<Record<string, Body>> {
  const clocks = await rows(room, "SELECT scope, key, count FROM clocks");
  const clock = (scope: string, key: string) =>
    clocks.find((row) => row.scope === scope && row.key === key)?.count ?? 0;
  const read = (text: string | null) => (text === null ? null : leftOf(JSON.parse(text), clock));
  const found = await rows(room, "SELECT scope, key, timer, cooldown FROM state");
  return Object.fromEntries(
    found
      .filter(({ timer, cooldown }) => timer !== null || cooldown !== null)
      .map(({ scope, key, timer, cooldown }) => [
        JSON.stringify([scope, key]),
        { timer: read(timer), cooldown: read(cooldown) },
      ]),
  );
}

/** An agent's entry as it is recorded: what presence adds on reading is taken away again [LOG-7]. */
function recorded(value: Body): Body {
  const { waiting_on: _, last_heartbeat: __, generation: ___, ...record } = value;
  return record;
}

type Comparable = Record<string, Body>;

/**
 * Entries by place, in one form for what was folded and what was polled; messages are polled elsewhere, and dormant
 * entries not at all.
 */
export function folded(events: readonly LogEvent[]): Comparable {
  const found: Comparable = {};
  for (const [place, { value, revision, hash, updated_at, timer, cooldown }] of fold(events)) {
    const scope = JSON.parse(place)[0];
    if (timer?.effect === "enable" || cooldown?.effect === "enable") continue;
    if (scope !== "_messages")
      found[place] = { value: scope === "_agents" ? recorded(value) : value, revision, hash, updated_at };
  }
  return found;
}

export async function polled(owner: Client): Promise<Comparable> {
  const { state } = (await owner.call("/poll")).body;
  return Object.fromEntries(
    state.map(({ scope, key, value, ...rest }: Body) => [
      JSON.stringify([scope, key]),
      { value: scope === "_agents" ? recorded(value) : value, ...rest },
    ]),
  );
}

/** Rows of one of the room's own tables. */
export async function rows(room: string, query: string): Promise<Body[]> {
  return await runInDurableObject(roomObject(room), (_, { storage }) => storage.sql.exec(query).toArray());
}
