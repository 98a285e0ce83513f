import type { EventKind, HistoryEntry, LogEvent, Room } from "../../../client/main.ts";
import type { Snapshot } from "../../live/snapshot.ts";
import { keysOf } from "../../live/snapshot.ts";
import type { LogFilter, ReadPage } from "./log-reader.ts";

/** So many entries a request answers at most. */
const PAGE = 500;
/** So many keys are offered while a name is typed. */
const MOST_OFFERED = 12;

/** A key of a scope, or those with a prefix, as the room's index finds them [LOG-4]. */
export type Keys = { readonly scope: string } & ({ readonly key: string } | { readonly prefix: string });

/** What `scope.key` names, of the scopes that there are: the key, or where there is none those that begin so. */
export function keysNamed(text: string, { state, self }: Snapshot): Keys | null {
  const [, scope = "", name = ""] = /^([^.]+)\.(.*)$/.exec(text.trim()) ?? [];
  if (!Object.hasOwn(state, scope)) return null;
  const isKey = Object.hasOwn(state[scope] ?? {}, name);
  return { scope: scope === "self" ? self : scope, ...(isKey ? { key: name } : { prefix: name }) };
}

/** Names of keys that hold a text, to choose from. */
export function offeredKeys(text: string, { state }: Snapshot): readonly string[] {
  const wanted = text.trim();
  if (wanted === "") return [];
  const offered: string[] = [];
  for (const [scope, entries] of Object.entries(state)) {
    for (const key of keysOf(entries)) {
      const name = `${scope}.${key}`;
      if (name.includes(wanted) && name !== wanted) offered.push(name);
      if (offered.length === MOST_OFFERED) return offered;
    }
  }
  return offered;
}

/** The events that touched some keys, from the room's index: each with what it did to these alone. */
export function keyPages(room: Room, { scope, ...keys }: Keys, { agent }: LogFilter): ReadPage {
  return async (after, last, signal) => {
    const entries: HistoryEntry[] = [];
    let from: number | undefined = after;
    while (from !== undefined && from < last) {
      const page = await room.historyPage(scope, { ...keys, after: from, limit: PAGE, signal });
      entries.push(...page.entries);
      from = page.next;
    }
    const found = entries.filter((entry) => entry.seq <= last && (agent === "" || entry.agent === agent));
    return [...Map.groupBy(found, ({ seq }) => seq).values()].flatMap((each) => eventOf(scope, each));
  };
}

/** An event as its part in a history tells it. */
function eventOf(scope: string, entries: readonly HistoryEntry[]): LogEvent[] {
  const [first] = entries;
  if (!first) return [];
  const { seq, ts, agent, action } = first;
  const writes = entries.map(({ op, key, value, revision, hash }) => ({
    ...{ op, scope, key, revision, hash },
    ...(value === undefined ? {} : { value }),
  }));
  const isInvoked = !KINDS.has(action);
  const kind = isInvoked ? "invoke" : (action as EventKind);
  return [{ seq, kind, ts, agent, payload: { ok: true, writes, ...(isInvoked ? { action } : {}) } }];
}

/** Kinds of events that write without an action. */
const KINDS: ReadonlySet<string> = new Set<EventKind>([
  ...(["room_create", "room_update", "agent_join", "agent_update", "agent_leave"] as const),
  ...(["register_action", "delete_action", "register_view", "delete_view", "message"] as const),
  ...(["timer", "import", "fork", "migrate"] as const),
]);
