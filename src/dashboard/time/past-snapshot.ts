import type { ActionShown, Json, Replay } from "../../client/main.ts";
import { isSame, member, reuse } from "../../client/structure.ts";
import type { ActionRecord, EntryFacts, Scope, Snapshot, ViewRecord } from "../live/snapshot.ts";
import { messagesOf } from "../live/snapshot.ts";

type Named<T> = Readonly<Record<string, T>>;
type PastScope = Replay["state"][string];

/**
 * The room as a replay tells of it. `was` is another moment's snapshot: what has the same revision and hash there is the
 * same object here, and so is a scope of which that is true of everything.
 */
export function snapshotOfReplay(replay: Replay, self: string, was: Snapshot | null): Snapshot {
  const { _replay, agents, actions, views } = replay;
  const scopes = Object.entries(replay.state).map(([name, entries]) => {
    const shownAs = name === self ? "self" : name;
    return [shownAs, partsOf(entries, was, shownAs)] as const;
  });
  const state = kept(Object.fromEntries(scopes.map(([name, { values }]) => [name, values])), was?.state);
  const facts = kept(Object.fromEntries(scopes.map(([name, parts]) => [name, parts.facts])), was?.facts);
  const messages = state._messages ?? {};
  return {
    seq: _replay.seq,
    ts: _replay.ts ?? "",
    self,
    state,
    facts,
    views: reuse(was?.views, views) as Named<Json>,
    agents: reuse(was?.agents, agents) as Snapshot["agents"],
    actions: reuse(was?.actions, actions) as Named<ActionShown>,
    actionRecords: (state._actions ?? {}) as Named<ActionRecord>,
    viewRecords: (state._views ?? {}) as Named<ViewRecord>,
    messages: was?.state._messages === messages ? was.messages : messagesOf(messages, facts._messages ?? {}),
    help: [],
  };
}

interface ScopeParts {
  readonly values: Scope;
  readonly facts: Named<EntryFacts>;
}

function partsOf(entries: PastScope, was: Snapshot | null, scope: string): ScopeParts {
  const values = member(was?.state ?? {}, scope);
  const known = member(was?.facts ?? {}, scope);
  const shown = Object.entries(entries).map(([key, { value, ...facts }]) => {
    const before = known && member(known, key);
    const isKnown = before !== undefined && isVersion(before, facts);
    return isKnown ? ([key, values?.[key] ?? null, before] as const) : ([key, value, facts] as const);
  });
  return {
    values: kept(Object.fromEntries(shown.map(([key, value]) => [key, value])), values),
    facts: kept(Object.fromEntries(shown.map(([key, , facts]) => [key, facts])), known),
  };
}

/** Whether both are one version of an entry. Of what old events told there is no hash: that is never known. */
function isVersion(before: EntryFacts, { revision, hash, updated_at }: EntryFacts): boolean {
  const isSameHash = hash !== "" && before.hash === hash;
  return isSameHash && before.revision === revision && before.updated_at === updated_at;
}

function kept<T extends Named<unknown>>(now: T, was: T | undefined): T {
  return was && isSame(was, now) ? was : now;
}
