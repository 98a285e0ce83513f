/** Which events sampled which views [VIEW-5]. */
export class SampleStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add(view: string, seq: number): void {
    this.#sql.exec("INSERT INTO samples (view, seq) VALUES (?, ?)", view, seq);
  }

  /** The first `limit` samples of a view after the event `after`. */
  after(view: string, after: number, limit: number): number[] {
    const query = "SELECT seq FROM samples WHERE view = ? AND seq > ? ORDER BY seq LIMIT ?";
    return this.#sql
      .exec<{ seq: number }>(query, view, after, limit)
      .toArray()
      .map(({ seq }) => seq);
  }

  /** The newest sample of a view, or null. */
  last(view: string): number | null {
    const query = "SELECT max(seq) AS seq FROM samples WHERE view = ?";
    return this.#sql.exec<{ seq: number | null }>(query, view).one().seq;
  }

  remove(view: string, seq: number): void {
    this.#sql.exec("DELETE FROM samples WHERE view = ? AND seq = ?", view, seq);
  }
}
