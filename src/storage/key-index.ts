/** More than any key with a given prefix can be followed by: keys have at most 256 bytes, and this character has four. */
const BEYOND = "\u{10FFFF}".repeat(64);

/** The distinct keys ?2 ≤ key ≤ ?3 of the scope ?1, each found by one seek: what it costs does not depend on the log. */
const KEYS = `WITH RECURSIVE keys (key) AS (
    SELECT min(key) FROM log_index WHERE scope = ?1 AND key >= ?2 AND key <= ?3
    UNION ALL
    SELECT (SELECT min(key) FROM log_index WHERE scope = ?1 AND key > keys.key AND key <= ?3)
      FROM keys WHERE keys.key IS NOT NULL)`;

/** One key of the state. */
export interface Place {
  readonly scope: string;
  readonly key: string;
}

/** Where a key stood at some seq. */
export interface KeyPosition {
  readonly key: string;
  /** The newest event that wrote it, or null where none did. */
  readonly wrote: number | null;
  /** The newest event that touched it. */
  readonly touched: number;
}

/** `log_index`: which events touched which keys [LOG-4]. */
export class KeyIndex {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Notes that the event `seq` touched a key, and whether it wrote it; touching it twice in one event is one row. */
  add(seq: number, scope: string, key: string, wrote: boolean): void {
    this.#sql.exec(
      `INSERT INTO log_index (scope, key, seq, wrote) VALUES (?, ?, ?, ?)
       ON CONFLICT (scope, key, seq) DO UPDATE SET wrote = max(wrote, excluded.wrote)`,
      scope,
      key,
      seq,
      wrote ? 1 : 0,
    );
  }

  remove(seq: number, scope: string, key: string): void {
    this.#sql.exec("DELETE FROM log_index WHERE scope = ? AND key = ? AND seq = ?", scope, key, seq);
  }

  /** The scopes of which any key was ever touched. */
  scopes(): string[] {
    const query = `WITH RECURSIVE scopes (scope) AS (
        SELECT min(scope) FROM log_index
        UNION ALL
        SELECT (SELECT min(scope) FROM log_index WHERE scope > scopes.scope)
          FROM scopes WHERE scopes.scope IS NOT NULL)
      SELECT scope FROM scopes WHERE scope IS NOT NULL`;
    const rows = this.#sql.exec<{ scope: string }>(query).toArray();
    return rows.map(({ scope }) => scope);
  }

  /** Where every key of a scope that was touched by the event `seq` or before stood then. */
  positions(scope: string, seq: number): KeyPosition[] {
    // One seek tells the newest event and whether it wrote: most did, and the others are looked up one by one.
    const query = `${KEYS} SELECT key,
        (SELECT 2 * seq + (wrote <> 0) FROM log_index WHERE scope = ?1 AND key = keys.key AND seq <= ?4
          ORDER BY seq DESC LIMIT 1) AS newest
      FROM keys WHERE key IS NOT NULL AND newest IS NOT NULL`;
    const rows = this.#sql.exec<{ key: string; newest: number }>(query, scope, "", BEYOND, seq).toArray();
    return rows.map(({ key, newest }) => {
      const touched = Math.floor(newest / 2);
      return { key, wrote: newest % 2 === 1 ? touched : this.lastWrite(scope, key, touched), touched };
    });
  }

  /** The keys of a scope that events after `seq` touched. What it costs grows with the keys that there have been. */
  touchedAfter(scope: string, seq: number): string[] {
    const query = `${KEYS} SELECT key FROM keys WHERE key IS NOT NULL
        AND (SELECT max(seq) FROM log_index WHERE scope = ?1 AND key = keys.key) > ?4`;
    const rows = this.#sql.exec<{ key: string }>(query, scope, "", BEYOND, seq).toArray();
    return rows.map(({ key }) => key);
  }

  /** The newest event up to `seq` that wrote a key, or null. */
  lastWrite(scope: string, key: string, seq: number): number | null {
    const query = "SELECT max(seq) AS seq FROM log_index WHERE scope = ? AND key = ? AND seq <= ? AND wrote";
    return this.#sql.exec<{ seq: number | null }>(query, scope, key, seq).one().seq;
  }

  /** The newest event up to `seq` that touched a key, or null. */
  lastTouch(scope: string, key: string, seq: number): number | null {
    const query = "SELECT max(seq) AS seq FROM log_index WHERE scope = ? AND key = ? AND seq <= ?";
    return this.#sql.exec<{ seq: number | null }>(query, scope, key, seq).one().seq;
  }

  /** The first event that touched a key, or null. */
  first(scope: string, key: string): number | null {
    const query = "SELECT min(seq) AS seq FROM log_index WHERE scope = ? AND key = ?";
    return this.#sql.exec<{ seq: number | null }>(query, scope, key).one().seq;
  }

  /** The first `limit` events after `after` that touched a key. */
  after(scope: string, key: string, after: number, limit: number): number[] {
    const query = "SELECT seq FROM log_index WHERE scope = ? AND key = ? AND seq > ? ORDER BY seq LIMIT ?";
    const rows = this.#sql.exec<{ seq: number }>(query, scope, key, after, limit).toArray();
    return rows.map(({ seq }) => seq);
  }

  /**
   * The first `limit` events after `after` that touched any key with a prefix. Only keys that are among the first to be
   * touched again can bring one: the cost grows with the keys, not with what happened to them.
   */
  afterWithPrefix(scope: string, prefix: string, after: number, limit: number): number[] {
    const query = `${KEYS} SELECT key,
        (SELECT min(seq) FROM log_index WHERE scope = ?1 AND key = keys.key AND seq > ?4) AS next
      FROM keys WHERE key IS NOT NULL AND next IS NOT NULL ORDER BY next LIMIT ?5`;
    type Row = { key: string; next: number };
    const keys = this.#sql.exec<Row>(query, scope, prefix, prefix + BEYOND, after, limit).toArray();
    let found: number[] = [];
    for (const { key, next } of keys) {
      const last = found[limit - 1];
      if (last !== undefined && next > last) break;
      const merged = new Set([...found, ...this.after(scope, key, after, limit)]);
      found = [...merged].sort((a, b) => a - b).slice(0, limit);
    }
    return found;
  }
}
