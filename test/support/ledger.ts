import { runInDurableObject } from "cloudflare:test";
import type { Entry, LogEvent } from "../../src/kernel/model.ts";
import type { StateWriter } from "../../src/kernel/state.ts";
import { apply } from "../../src/kernel/state.ts";
import type { Body, Client } from "./room.ts";
import { roomObject } from "./room.ts";

/** State as a plain map, for folding a log into. */
export class PlainState implements StateWriter {
  readonly entries = new Map<string, Entry>();

  put(scope: string, key: string, entry: Entry): void {
    this.entries.set(JSON.stringify([scope, key]), entry);
  }

  remove(scope: string, key: string): void {
    this.entries.delete(JSON.stringify([scope, key]));
  }
}

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

export function fold(events: readonly LogEvent[]): Map<string, Entry> {
  const state = new PlainState();
  for (const event of events) apply(state, event);
  return state.entries;
}

/**
 * The same fold written anew from the rules, which also counts revisions by itself [STATE-1]: what the room and
 * {@link fold} share, the function that applies an event, is judged by it.
 */
export function foldedByTheRules(events: readonly LogEvent[]): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const { ts, payload } of events) {
    for (const operation of payload.writes) {
      const place = JSON.stringify([operation.scope, operation.key]);
      if (operation.op === "delete") {
        entries.delete(place);
        continue;
      }
      const { value, hash, enabled } = operation;
      const revision = (entries.get(place)?.revision ?? 0) + 1;
      entries.set(place, {
        value,
        revision,
        hash,
        updated_at: ts,
        ...(enabled === undefined ? {} : { enabled }),
      });
    }
  }
  return entries;
}

/** An agent's entry as it is recorded: what presence adds on reading is taken away again [LOG-7]. */
function recorded(value: Body): Body {
  const { waiting_on: _, last_heartbeat: __, generation: ___, ...record } = value;
  return record;
}

type Comparable = Record<string, Body>;

/** Entries by place, in one form for what was folded and what was polled; messages are polled elsewhere. */
export function folded(events: readonly LogEvent[]): Comparable {
  const found: Comparable = {};
  for (const [place, { value, revision, hash, updated_at }] of fold(events)) {
    const scope = JSON.parse(place)[0];
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
