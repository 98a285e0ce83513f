import type {
  ActionShown,
  AgentShown,
  AnyVocabulary,
  Context,
  EntryMeta,
  Json,
  Message,
} from "../../client/main.ts";

/** What is known of an entry: of one in the past, no more than what its event holds. */
export type EntryFacts = Pick<EntryMeta, "revision" | "hash" | "updated_at"> & Partial<EntryMeta>;

export type Scope = Readonly<Record<string, Json>>;

/** An action as it was registered. */
export interface ActionRecord {
  readonly scope?: string;
  readonly description?: string;
  readonly intent?: string;
  readonly params?: Readonly<Record<string, Json>>;
  readonly if?: string;
  readonly enabled?: string;
  readonly writes?: readonly Json[];
  readonly result?: string;
  readonly registered_by?: string | null;
}

/** How a view asks to be shown [VIEW-5]. */
export interface Render {
  readonly type?: Json;
  readonly [option: string]: Json | undefined;
}

/** A view as it was registered. */
export interface ViewRecord {
  readonly scope?: string;
  readonly expr?: string;
  readonly description?: string;
  readonly enabled?: string;
  readonly render?: Render;
  readonly registered_by?: string | null;
}

type Named<T> = Readonly<Record<string, T>>;

/** A room at one seq, now or in the past: all that a panel shows. Parts that did not change are the same object. */
export interface Snapshot {
  readonly seq: number;
  /** When it was so; null is now. */
  readonly ts: string | null;
  /** Whose eyes these are: `""` sees everything. */
  readonly self: string;
  readonly state: Named<Scope>;
  readonly facts: Named<Named<EntryFacts>>;
  readonly views: Named<Json>;
  readonly agents: Named<AgentShown>;
  readonly actions: Named<ActionShown>;
  readonly actionRecords: Named<ActionRecord>;
  readonly viewRecords: Named<ViewRecord>;
  readonly messages: readonly Message[];
  /** Help that matters now. */
  readonly help: readonly string[];
}

const KEYS = new WeakMap<Scope, readonly string[]>();

/** The keys of a scope, in its order: read once for as long as the scope stays the same object. */
export function keysOf(scope: Scope): readonly string[] {
  const known = KEYS.get(scope);
  if (known) return known;
  const keys = Object.keys(scope);
  KEYS.set(scope, keys);
  return keys;
}

/** The last event that a look at the past may tell of; null where the room is looked at as it is. */
export function endOf({ seq, ts }: Pick<Snapshot, "seq" | "ts">): number | null {
  return ts === null ? null : seq;
}

export type LiveContext = Context<AnyVocabulary>;

/** The room as it is now. `was` is the snapshot before, whose parts are kept. */
export function snapshotOf(context: LiveContext, was: Snapshot | null): Snapshot {
  const { state, meta, views, agents, actions, self, seq } = context;
  const { _messages = {} } = state;
  return {
    seq,
    ts: null,
    self,
    state: state as Named<Scope>,
    facts: meta?.state ?? {},
    views: views as Named<Json>,
    agents,
    actions: actions as Named<ActionShown>,
    actionRecords: (state._actions ?? {}) as Named<ActionRecord>,
    viewRecords: (state._views ?? {}) as Named<ViewRecord>,
    messages:
      was?.state._messages === _messages ? was.messages : messagesOf(_messages, meta?.state._messages ?? {}),
    help: context._context.help,
  };
}

/** Messages from their entries. */
export function messagesOf(entries: Scope, facts: Named<EntryFacts>): Message[] {
  return Object.entries(entries).map(([number, message]) => ({
    ...(message as unknown as Message),
    seq: Number(number),
    ts: facts[number]?.updated_at ?? "",
  }));
}
