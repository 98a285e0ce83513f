import type { Phase } from "../kernel/migration.ts";
import { StateStore } from "../storage/state-store.ts";
import type { Digest } from "./entities.ts";
import { ENTITY_NAMES, ENTITY_TABLES } from "./entities.ts";
import type { EntityTables } from "./entity-tables.ts";
import { LegacyState } from "./legacy-state.ts";

/** How many rows and entries the two sides hold, by table. */
export type SideCounts = Readonly<Record<string, { readonly rows: number; readonly entries: number }>>;

/** The two places of a room's agents, actions and views, and what moves them from one to the other [LEGACY-5]. */
export class Sides {
  readonly #sql: SqlStorage;
  readonly #tables: EntityTables;
  readonly #digest: Digest;
  readonly #entries: StateStore;

  constructor(sql: SqlStorage, tables: EntityTables, digest: Digest) {
    this.#sql = sql;
    this.#tables = tables;
    this.#digest = digest;
    this.#entries = new StateStore(sql);
  }

  /** The room's state as a phase has it; both sides stand there to be read in the phases before `v8`. */
  as(phase: () => Phase): LegacyState {
    return new LegacyState({ sql: this.#sql, tables: this.#tables, phase, digest: this.#digest });
  }

  /** Takes a step: what it copies or drops is part of the caller's transaction. */
  move(from: Phase, to: Phase): void {
    if (from === "legacy" && to === "dual") this.#fillEntries();
    if (from === "dual" && to === "legacy") {
      this.#fillTables("dual");
      this.#dropEntries();
    }
    if (from === "validated" && to === "dual") this.#fillTables("validated");
    if (to === "v8") this.#tables.drop();
  }

  /** How much there is on either side; tables that are dropped hold nothing. */
  counts(phase: Phase): SideCounts {
    const totals = this.#entries.totals();
    return Object.fromEntries(
      ENTITY_NAMES.map((table) => {
        const rows = phase === "v8" ? 0 : this.#tables.count(table);
        return [table, { rows, entries: totals.get(ENTITY_TABLES[table])?.entries ?? 0 }];
      }),
    );
  }

  /** Of the entries that rows are, how many stand in state, too. */
  copied(phase: Phase): { readonly entries: number; readonly copied: number } {
    if (phase === "v8") return { entries: 0, copied: 0 };
    const legacy = this.as(() => "legacy");
    let [entries, copied] = [0, 0];
    for (const table of ENTITY_NAMES) {
      for (const [key] of legacy.entities(table)) {
        entries += 1;
        if (this.#entries.get(ENTITY_TABLES[table], key)) copied += 1;
      }
    }
    return { entries, copied };
  }

  #fillEntries(): void {
    const legacy = this.as(() => "legacy");
    for (const table of ENTITY_NAMES) {
      const scope = ENTITY_TABLES[table];
      for (const [key, entry] of legacy.load(scope)) this.#entries.put(scope, key, entry);
    }
  }

  /** Has the tables hold what the room holds in a phase. */
  #fillTables(phase: Phase): void {
    const now = this.as(() => phase);
    const legacy = this.as(() => "legacy");
    for (const table of ENTITY_NAMES) legacy.replaceEntities(table, now.load(ENTITY_TABLES[table]));
  }

  #dropEntries(): void {
    for (const table of ENTITY_NAMES) {
      const scope = ENTITY_TABLES[table];
      for (const [key] of this.#entries.load(scope)) this.#entries.remove(scope, key);
    }
  }
}
