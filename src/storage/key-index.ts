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

/** Rows of the index that are read at once, and the keys among them that make that quicker than a seek or two for each. */
const ROWS_PER_PAGE = 1_000;
const KEYS_WORTH_IT = 125;
/** Keys that are looked up at once where each has many rows. */
const KEYS_PER_PAGE = 500;

/** Positions as columns of JSON: a row of three lists costs the platform a fraction of what so many rows cost. */
const AS_LISTS =
  "json_group_array(key) AS keys, json_group_array(touched) AS touched, json_group_array(wrote) AS wrote";

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

/** Where some keys of a scope stood, by code point. */
export interface PositionPage {
  readonly positions: readonly KeyPosition[];
  /** How many keys were looked at, and the last of them, or null at the end. */
  readonly looked: number;
  readonly last: string | null;
}

/** Where keys stood as lists of JSON; a key that was touched later only has null for both. */
type PositionLists = { keys: string; touched: string; wrote: string };

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

  /** Where every key of a scope that was touched by the event `seq` or before stood then, by code point. */
  positions(scope: string, seq: number): KeyPosition[] {
    const positions: KeyPosition[] = [];
    for (let after: string | null = ""; after !== null; ) {
      const page: PositionPage = this.positionPage(scope, seq, { after, last: BEYOND });
      positions.push(...page.positions);
      after = page.last;
    }
    return positions;
  }

  /** The first of these positions whose keys stand after one and up to another. */
  positionPage(scope: string, seq: number, { after, last }: { after: string; last: string }): PositionPage {
    const scanned = this.#scan(scope, seq, after, last);
    return scanned ?? this.#seek(scope, seq, after, last);
  }

  /** Reads the rows of keys; null where so few keys have so many rows that each is better looked up. */
  #scan(scope: string, seq: number, after: string, last: string): PositionPage | null {
    const query = `SELECT ${AS_LISTS}, coalesce(sum(rows), 0) AS rows FROM (
        SELECT key, count(*) AS rows, max(seq) FILTER (WHERE seq <= ?4) AS touched,
          max(seq) FILTER (WHERE seq <= ?4 AND wrote) AS wrote
        FROM (SELECT key, seq, wrote FROM log_index WHERE scope = ?1 AND key > ?2 AND key <= ?3
          ORDER BY key, seq LIMIT ?5)
        GROUP BY key ORDER BY key)`;
    type Row = PositionLists & { rows: number };
    const { rows, ...lists } = this.#sql.exec<Row>(query, scope, after, last, seq, ROWS_PER_PAGE).one();
    const isWhole = rows < ROWS_PER_PAGE;
    const page = readPage(lists, isWhole ? 0 : 1);
    if (isWhole) return { ...page, last: null };
    return page.looked < KEYS_WORTH_IT ? null : page;
  }

  #seek(scope: string, seq: number, after: string, last: string): PositionPage {
    // One seek tells the newest event and whether it wrote: most did.
    const query = `${KEYS_PAGE}, newest AS MATERIALIZED (SELECT key,
        (SELECT 2 * seq + (wrote <> 0) FROM log_index WHERE scope = ?1 AND key = keys.key AND seq <= ?4
          ORDER BY seq DESC LIMIT 1) AS newest
        FROM keys WHERE key IS NOT NULL)
      SELECT ${AS_LISTS} FROM (SELECT key, newest >> 1 AS touched, CASE newest & 1 WHEN 1 THEN newest >> 1 ELSE
        (SELECT max(seq) FROM log_index WHERE scope = ?1 AND key = newest.key AND seq <= ?4 AND wrote) END AS wrote
        FROM newest)`;
    const lists = this.#sql.exec<PositionLists>(query, scope, after, last, seq, KEYS_PER_PAGE).one();
    const page = readPage(lists, 0);
    return page.looked < KEYS_PER_PAGE ? { ...page, last: null } : page;
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

/** What lists tell, but for the last `less` keys, of which they may not tell all. */
function readPage(lists: PositionLists, less: number): PositionPage {
  const keys = JSON.parse(lists.keys) as string[];
  const touched = JSON.parse(lists.touched) as (number | null)[];
  const wrote = JSON.parse(lists.wrote) as (number | null)[];
  keys.length -= Math.min(less, keys.length);
  const positions: KeyPosition[] = [];
  for (const [at, key] of keys.entries()) {
    const newest = touched[at] ?? null;
    if (newest !== null) positions.push({ key, wrote: wrote[at] ?? null, touched: newest });
  }
  return { positions, last: keys.at(-1) ?? null, looked: keys.length };
}
