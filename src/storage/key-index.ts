import { scopesOf } from "./scopes-of.ts";

/** More than any key with a given prefix can be followed by: keys have at most 256 bytes, and this character has four. */
export const BEYOND = "\u{10FFFF}".repeat(64);

/** The distinct keys up to ?3 of the scope ?1, each found by one seek: what it costs does not depend on the log. */
function keys(beginning: "key >= ?2" | "key > ?2", limit = ""): string {
  return `WITH RECURSIVE keys (key) AS (
    SELECT min(key) FROM log_index WHERE scope = ?1 AND ${beginning} AND key <= ?3
    UNION ALL
    SELECT (SELECT min(key) FROM log_index WHERE scope = ?1 AND key > keys.key AND key <= ?3)
      FROM keys WHERE keys.key IS NOT NULL ${limit})`;
}

const KEYS = keys("key >= ?2");
const KEYS_PAGE = keys("key > ?2", "LIMIT ?5");

/** Keys by code point: those after one and up to another, and how many of them. */
export interface KeyRange {
  readonly after: string;
  readonly last: string;
  readonly limit: number;
}

const EVERY_KEY: KeyRange = { after: "", last: BEYOND, limit: -1 };

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
    return scopesOf(this.#sql, "log_index");
  }

  /**
   * Where the keys of a scope that were touched by the event `seq` or before stood then, by code point. `last` is how far
   * a range's limit let it look, or null where it came to the end.
   */
  positions(
    scope: string,
    seq: number,
    { after, last, limit } = EVERY_KEY,
  ): { positions: KeyPosition[]; last: string | null } {
    // One seek tells the newest event and whether it wrote: most did, and the others are looked up one by one.
    const query = `${KEYS_PAGE} SELECT key,
        (SELECT 2 * seq + (wrote <> 0) FROM log_index WHERE scope = ?1 AND key = keys.key AND seq <= ?4
          ORDER BY seq DESC LIMIT 1) AS newest
      FROM keys WHERE key IS NOT NULL`;
    type Row = [key: string, newest: number | null];
    const rows = [...this.#sql.exec(query, scope, after, last, seq, limit).raw<Row>()];
    const positions: KeyPosition[] = [];
    for (const [key, newest] of rows) {
      if (newest === null) continue;
      const touched = Math.floor(newest / 2);
      const wrote = newest % 2 === 1 ? touched : this.lastWrite(scope, key, touched);
      positions.push({ key, wrote, touched });
    }
    return { positions, last: rows.length === limit ? (rows.at(-1)?.[0] ?? null) : null };
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

  /** The newest `most` events up to `seq` that wrote a key: how many there are, and the oldest of them. */
  writesBack(scope: string, key: string, seq: number, most: number): { seq: number; writes: number } {
    const query = `SELECT coalesce(min(seq), 0) AS seq, count(*) AS writes FROM (SELECT seq FROM log_index
      WHERE scope = ? AND key = ? AND seq <= ? AND wrote ORDER BY seq DESC LIMIT ?)`;
    return this.#sql.exec<{ seq: number; writes: number }>(query, scope, key, seq, most).one();
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
