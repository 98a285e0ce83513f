import type { Phase } from "../kernel/migration.ts";
import type { StoredEntry } from "../storage/state-store.ts";
import { StateStore } from "../storage/state-store.ts";
import type { ClockRow, TimedPlace } from "../storage/timer-store.ts";
import { TimerStore } from "../storage/timer-store.ts";
import type { Row } from "./columns.ts";
import { Unreadable } from "./columns.ts";
import type { Digest, EntityTable } from "./entities.ts";
import { columnsOf, ENTITY_NAMES, ENTITY_TABLES, entityTable, entryOf, sameEntry } from "./entities.ts";
import type { EntityTables } from "./entity-tables.ts";

export type KeyedEntry = readonly [string, StoredEntry];

export interface LegacyStateParts {
  readonly sql: SqlStorage;
  readonly tables: EntityTables;
  /** Which side holds the entries of `_agents`, `_actions` and `_views` now. */
  readonly phase: () => Phase;
  readonly digest: Digest;
}

/**
 * The `state` table of a room that has entity tables: what they hold is read as entries of `_agents`, `_actions` and
 * `_views`, and changes of such entries go to the sides that the phase names [LEGACY-3, LEGACY-5].
 */
export class LegacyState extends StateStore {
  readonly #parts: LegacyStateParts;
  readonly #clocks: TimerStore;

  constructor(parts: LegacyStateParts) {
    super(parts.sql);
    this.#parts = parts;
    this.#clocks = new TimerStore(parts.sql);
  }

  override load(scope: string): KeyedEntry[] {
    const table = this.#tableOf(scope);
    if (table === undefined) return super.load(scope);
    const entities = this.entities(table);
    if (this.#parts.phase() === "legacy") return entities;
    const entries = super.load(scope);
    const known = new Set(entries.map(([key]) => key));
    return [...entries, ...entities.filter(([key]) => !known.has(key))];
  }

  override get(scope: string, key: string): StoredEntry | undefined {
    const table = this.#tableOf(scope);
    if (table === undefined) return super.get(scope, key);
    const entry = this.#parts.phase() === "legacy" ? undefined : super.get(scope, key);
    return entry ?? this.#entity(table, key);
  }

  override put(scope: string, key: string, entry: StoredEntry): void {
    const table = this.#tableOf(scope);
    if (table) this.#putEntity(table, key, entry);
    if (!table || this.#parts.phase() === "dual") super.put(scope, key, entry);
  }

  override remove(scope: string, key: string): void {
    const table = this.#tableOf(scope);
    if (table) this.#parts.tables.remove(table, key);
    super.remove(scope, key);
  }

  override totals(): Map<string, { entries: number; chars: number }> {
    const totals = super.totals();
    for (const table of ENTITY_NAMES) {
      const scope = ENTITY_TABLES[table];
      if (this.#tableOf(scope) === undefined) continue;
      const entries = this.load(scope);
      const chars = entries.reduce((sum, [, { text }]) => sum + text.length, 0);
      totals.set(scope, { entries: entries.length, chars });
    }
    return totals;
  }

  /** The entries that the rows of a table are, in order of registration; a row that cannot be read is none. */
  entities(table: EntityTable): KeyedEntry[] {
    return this.#parts.tables.rows(table).flatMap((row) => this.#read(table, row));
  }

  /** Has a table hold these entries, in this order, and behind them the rows that cannot be read. */
  replaceEntities(table: EntityTable, entries: readonly KeyedEntry[]): void {
    const { tables } = this.#parts;
    const rows = new Map(tables.rows(table).map((row) => [String(row.id), row]));
    tables.clear(table);
    for (const [key, entry] of entries) {
      const row = rows.get(key);
      if (row) tables.insert(table, row);
      this.#putEntity(table, key, entry);
      rows.delete(key);
    }
    for (const row of rows.values()) if (this.#read(table, row).length === 0) tables.insert(table, row);
  }

  /** Has a table's row be the entry; a row that is it already stays as it came. */
  #putEntity(table: EntityTable, key: string, entry: StoredEntry): void {
    const { tables } = this.#parts;
    const existing = this.#entity(table, key);
    if (existing && sameEntry(existing, entry)) return;
    const columns = columnsOf(table, entry, (scope, name) => this.#clock(scope, name));
    if (!tables.get(table, key)) {
      const room_id = String(tables.rows("rooms")[0]?.id ?? "");
      const created = table === "agents" ? {} : { created_at: entry.updated_at };
      tables.insert(table, { id: key, room_id, ...created });
    }
    tables.update(table, key, columns);
  }

  #clock(scope: string, key: string): number {
    const clock = this.#clocks.clocks().find((row: ClockRow) => row.scope === scope && row.key === key);
    return clock?.count ?? 0;
  }

  /** The table whose rows count for a scope now. */
  #tableOf(scope: string): EntityTable | undefined {
    const table = entityTable(scope);
    if (table === undefined) return undefined;
    const phase = this.#parts.phase();
    return phase === "legacy" || phase === "dual" ? table : undefined;
  }

  #entity(table: EntityTable, key: string): StoredEntry | undefined {
    const row = this.#parts.tables.get(table, key);
    return row && this.#read(table, row)[0]?.[1];
  }

  #read(table: EntityTable, row: Row): KeyedEntry[] {
    try {
      return [entryOf(table, row, this.#parts.digest)];
    } catch (thrown) {
      if (thrown instanceof Unreadable) return [];
      throw thrown;
    }
  }
}

/** The timers of a room that has entity tables: some run on their rows. */
export class LegacyTimers extends TimerStore {
  readonly #state: LegacyState;

  constructor(sql: SqlStorage, state: LegacyState) {
    super(sql);
    this.#state = state;
  }

  override timed(): TimedPlace[] {
    const others = super.timed().filter(({ scope }) => entityTable(scope) === undefined);
    const entities = ENTITY_NAMES.flatMap((table) => {
      const scope = ENTITY_TABLES[table];
      return this.#state.load(scope).map(([key, { timer, cooldown }]) => ({
        scope,
        key,
        ...(timer === undefined ? {} : { timer }),
        ...(cooldown === undefined ? {} : { cooldown }),
      }));
    });
    return [...others, ...entities.filter((place) => "timer" in place || "cooldown" in place)];
  }
}
