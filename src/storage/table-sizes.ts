/** Of rows that are counted one by one so many are, so that no count costs more than a few milliseconds. */
export const MOST_COUNTED = 10_000;

/** What a room's tables take on disk. */
export class TableSizes {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** All that the object stores, in bytes: the platform bills it and ends it at 10 GB. */
  get bytes(): number {
    return this.#sql.databaseSize;
  }

  /** Samples that can be read, up to {@link MOST_COUNTED}. */
  samples(): number {
    return this.#count("SELECT 1 FROM samples LIMIT ?");
  }

  /** Answers that are kept for idempotency keys, up to {@link MOST_COUNTED}; those that are over among them. */
  answers(): number {
    return this.#count("SELECT expires_at FROM answers LIMIT ?");
  }

  #count(rows: string): number {
    const query = `SELECT count(*) AS count FROM (${rows})`;
    return this.#sql.exec<{ count: number }>(query, MOST_COUNTED).one().count;
  }
}
