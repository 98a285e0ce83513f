import { chainText } from "../kernel/chain.ts";
import type { Refusal } from "../kernel/errors.ts";
import { refuse } from "../kernel/errors.ts";
import type { Json } from "../kernel/json.ts";
import { isJsonObject, own } from "../kernel/json.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { Phase } from "../kernel/migration.ts";
import type { EventPayload, RoomRecord } from "../kernel/model.ts";
import { isPrivateScope } from "../kernel/names.ts";
import { exceededLimit } from "../room/capacity.ts";
import type { LiveState } from "../room/live-state.ts";
import { APPEND_SCOPE } from "../room/live-state.ts";
import { openModel } from "../room/open-model.ts";
import { oldEvent } from "./audit.ts";
import type { Row } from "./columns.ts";
import { objectOf, timeOf, Unreadable } from "./columns.ts";
import type { DumpImportParts } from "./dump-import.ts";
import { ENTITY_NAMES, ENTITY_TABLES, entityTable, entryOf, storedEntry } from "./entities.ts";
import { ImportEvents } from "./import-events.ts";
import { keyOf } from "./landing.ts";
import type { KeyedEntry } from "./legacy-state.ts";
import type { StagedRow } from "./legacy-store.ts";
import { STAGE_BEGIN } from "./legacy-store.ts";
import { oldBearers } from "./old-agents.ts";
import { lostOf, problemsOf } from "./row-problems.ts";
import { stateEntry } from "./state-rows.ts";

/** Rows that are read before others get their turn. */
const ROWS_PER_SLICE = 200;
const AUDIT = "_audit";

type Step = Generator<void, Refusal | null>;

/** Makes of the rows that have landed what the room consists of: old events first, then the whole live state. */
export class Settling {
  readonly #parts: DumpImportParts;
  readonly #created: EventPayload;
  readonly #record: RoomRecord;
  #events: ImportEvents | undefined;
  #live: LiveState | undefined;
  /** How many old events there are, and how many messages tell of private scopes. */
  events = 0;
  privateMessages = 0;

  constructor(parts: DumpImportParts, created: EventPayload, record: RoomRecord) {
    this.#parts = parts;
    this.#created = created;
    this.#record = record;
  }

  get entries(): number {
    return this.#events?.entries ?? 0;
  }

  /** Does all but the last event. Answers the limit that the room would be beyond, if there is one. */
  *run(room: Row): Step {
    const ts = yield* this.#oldEvents();
    this.#parts.store.begin(this.#detect());
    // From here on entries that entity tables hold are read there, and not written a second time.
    const { model, journal } = openModel(this.#parts.stores(), this.#parts.host);
    this.#live = model.live;
    const { digest } = this.#parts.host;
    const events = new ImportEvents({ live: model.live, journal, digest, ts });
    this.#events = events;
    for (const scope of this.#scopes()) {
      const refusal = yield* this.#scope(scope, events);
      if (refusal) return refusal;
    }
    events.append();
    const limit = this.#exceeded();
    if (limit) return tooLarge(limit);
    this.#configure(events, room);
    return null;
  }

  /** Appends the last event: the room's settings and tokens, in a transaction with what `within` stores. Answers its seq. */
  end(room: Row, within: () => void): number {
    const { host } = this.#parts;
    const now = new Date(host.now()).toISOString();
    return this.#events?.append(within, [...(this.#created.tokens ?? []), ...this.#bearers(room, now)]) ?? 0;
  }

  /** Appends what the original system recorded, and answers the instant that follows. */
  *#oldEvents(): Generator<void, string> {
    const { store, stores, host } = this.#parts;
    const { journal } = openModel(stores(), host);
    const now = new Date(host.now()).toISOString();
    for (const rows of pages((after) => store.staged(AUDIT, after, ROWS_PER_SLICE))) {
      host.transaction(() => {
        for (const { row } of rows) {
          const event = this.#readable("state", row, () => oldEvent(row));
          if (!event) continue;
          const { seq, ts: last, chain: previous } = journal.head;
          const ts = [last, event.ts < now ? event.ts : now].sort().at(-1) ?? now;
          const appended = { seq: seq + 1, ts, ...event.draft };
          const payload = JSON.stringify(event.draft.payload);
          journal.adopt(appended, payload, host.digest(chainText(previous, appended, payload)));
          this.events += 1;
        }
      });
      yield;
    }
    return journal.instant(host.now());
  }

  /** What the room is, by the sides that hold anything [LEGACY-3]. */
  #detect(): Phase {
    const { tables, store } = this.#parts;
    const hasEntities = ENTITY_NAMES.some((table) => tables.count(table) > 0);
    const hasEntries = store.stagedScopes().some((scope) => entityTable(scope) !== undefined);
    if (!hasEntities) return "v8";
    return hasEntries ? "dual" : "legacy";
  }

  #bearers(room: Row, now: string) {
    const { tables, store, host } = this.#parts;
    const found = oldBearers(room, tables.rows("agents"), now, host.randomId);
    return found.filter(({ hash, bearer }) => store.addBearer(hash, bearer)).map(({ record }) => record);
  }

  /** The room's settings: its own, as it was in the original system, with the tokens that it was created with. */
  #configure(events: ImportEvents, room: Row): void {
    const createdAt = timeOf(room, "created_at") ?? this.#record.created_at;
    events.configure("room", { ...this.#record, created_at: createdAt });
    const meta = this.#readable("rooms", room, () => objectOf(room, "meta")) ?? {};
    events.configure("meta", Object.keys(meta).length > 0 ? meta : this.#setting("meta"));
    events.configure("join", this.#setting("join"));
    const dashboard = this.#live?.entry("_shared", "_dashboard")?.value ?? null;
    if (dashboard !== null) events.configure("dashboard", dashboard);
  }

  #setting(name: string): Json {
    const write = this.#created.writes.find(({ scope, key }) => scope === "_config" && key === name);
    return write && "value" in write ? (write.value ?? null) : null;
  }

  /** Agents come before what they registered, and messages last. */
  #scopes(): string[] {
    const registries = ENTITY_NAMES.map((table) => ENTITY_TABLES[table]);
    const known = new Set<string>([...registries, AUDIT, APPEND_SCOPE]);
    const others = this.#parts.store.stagedScopes().filter((scope) => !known.has(scope));
    return [...registries, ...others, APPEND_SCOPE];
  }

  *#scope(scope: string, events: ImportEvents): Step {
    let rows = 0;
    for (const [key, entry] of this.#entriesOf(scope)) {
      if (events.isFull) {
        events.append();
        const limit = this.#exceeded();
        if (limit) return tooLarge(limit);
        yield;
      }
      events.add(scope, key, entry);
      rows += 1;
      if (rows % ROWS_PER_SLICE === 0) yield;
    }
    return null;
  }

  /** The entries of a scope by its rows; where both sides tell of one, by that of `state`. */
  *#entriesOf(scope: string): Generator<KeyedEntry> {
    const table = entityTable(scope);
    if (table === undefined) return yield* this.#stagedEntries(scope);
    const entries = new Map(this.#stagedEntries(scope));
    for (const row of this.#parts.tables.rows(table)) {
      const entity = this.#readable(table, row, () => entryOf(table, row, this.#parts.host.digest));
      if (!entity) continue;
      const [key, entry] = entity;
      this.#note(table, row, [...lostOf(row, entry), ...problemsOf(scope, entry)]);
      yield [key, entries.get(key) ?? entry];
      entries.delete(key);
    }
    yield* entries;
  }

  *#stagedEntries(scope: string): Generator<KeyedEntry> {
    const { store, host } = this.#parts;
    for (const rows of pages((after) => store.staged(scope, after, ROWS_PER_SLICE))) {
      for (const { row } of rows) {
        const read = this.#readable("state", row, () => stateEntry(row, host.now()));
        if (!read) continue;
        const entry = storedEntry(read.told, host.digest);
        this.#note("state", row, [...read.notes, ...problemsOf(scope, entry)]);
        if (scope === APPEND_SCOPE && tellsOfPrivateScopes(entry.value)) this.privateMessages += 1;
        yield [String(row.key), entry];
      }
    }
  }

  /** What `read` makes of a row; one that cannot be read is set aside. */
  #readable<T>(table: string, row: Row, read: () => T): T | undefined {
    try {
      return read();
    } catch (thrown) {
      if (!(thrown instanceof Unreadable)) throw thrown;
      const { store } = this.#parts;
      store.setAside({ table, key: keyOf(table, row), reason: thrown.message, live: false }, row);
      return undefined;
    }
  }

  #note(table: string, row: Row, problems: readonly string[]): void {
    for (const reason of problems)
      this.#parts.store.setAside({ table, key: keyOf(table, row), reason, live: true }, row);
  }

  /** The limit that the state goes beyond, or null. */
  #exceeded(): keyof typeof LIMITS | null {
    return this.#live ? exceededLimit(this.#live) : null;
  }
}

/** Pages of staged rows, from the first. */
function* pages(read: (after: StagedRow | typeof STAGE_BEGIN) => StagedRow[]): Generator<StagedRow[]> {
  for (let rows = read(STAGE_BEGIN); rows.length > 0; ) {
    yield rows;
    const last = rows.at(-1);
    rows = last ? read(last) : [];
  }
}

/** Whether a message of the original system shows what an action wrote into a private scope [LEGACY-6]. */
function tellsOfPrivateScopes(message: Json): boolean {
  const writes = isJsonObject(message) ? own(message, "writes") : undefined;
  if (!Array.isArray(writes)) return false;
  return writes.some((write) => {
    const scope = isJsonObject(write) ? own(write, "scope") : undefined;
    return typeof scope === "string" && isPrivateScope(scope);
  });
}

function tooLarge(limit: keyof typeof LIMITS): Refusal {
  return refuse("too_large", `The room would hold more than ${LIMITS[limit]} ${limit}.`, {
    hint: "The room is as it was created.",
    details: { limit },
  }).refusal;
}
