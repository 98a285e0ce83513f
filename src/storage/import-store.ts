import type { StoredEvent } from "./log-store.ts";

/** What a room goes back to when an import or a fork into it fails. */
export interface ImportMark {
  /** The only event of a room that was there; null for none, where a fork was to make one. */
  readonly creation: StoredEvent | null;
}

/** Everything that an import fills, and that a room has from its creation. */
const TABLES = [
  "state",
  "log",
  "log_index",
  "counters",
  "tokens",
  "answers",
  "presence",
  "action_usage",
  "clocks",
  "samples",
  "base",
  "checkpoint",
];

/** The mark of an import or a fork that is not done yet, and the tables that it fills. */
export class ImportStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get mark(): ImportMark | undefined {
    const row = this.#sql.exec<{ creation: string }>("SELECT creation FROM import_mark").toArray()[0];
    return row && { creation: JSON.parse(row.creation) as StoredEvent | null };
  }

  setMark({ creation }: ImportMark): void {
    this.#sql.exec("INSERT INTO import_mark (creation) VALUES (?)", JSON.stringify(creation));
  }

  removeMark(): void {
    this.#sql.exec("DELETE FROM import_mark");
  }

  /** Empties every table but the mark's. */
  empty(): void {
    for (const table of TABLES) this.#sql.exec(`DELETE FROM ${table}`);
  }
}
