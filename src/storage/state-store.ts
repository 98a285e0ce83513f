import type { Json } from "../kernel/json.ts";
import type { Entry, RunningTimer } from "../kernel/model.ts";
import type { Provenance } from "../kernel/provenance.ts";
import { scopesOf } from "./scopes-of.ts";

/** A row without the names of its columns: with them it takes the platform twice as long to read one. */
type StateRow = [
  key: string,
  value: string,
  revision: number,
  hash: string,
  updated_at: string,
  enabled: string | null,
  timer: string | null,
  cooldown: string | null,
  seq: number,
  writer: string | null,
  via: string | null,
  /** Null where nobody but `writer` has written the entry. */
  writers: string | null,
  velocity: number,
];

const COLUMNS =
  "key, value, revision, hash, updated_at, enabled, timer, cooldown, seq, writer, via, writers, velocity";

/** Scopes whose entries stand in order of registration; others are put in the order of their keys [ROOM-4]. */
export const REGISTRIES: ReadonlySet<string> = new Set(["_actions", "_views"]);

/** Of an entry that no event is known to have written. */
const UNKNOWN: Provenance = Object.freeze({
  seq: 0,
  writer: null,
  via: null,
  writers: Object.freeze([null]),
  velocity: 0,
});

/** A live entry: its value stays text until somebody reads it as a value. */
export class StoredEntry implements Entry {
  readonly text: string;
  readonly revision: number;
  readonly hash: string;
  readonly updated_at: string;
  declare readonly enabled?: string;
  declare readonly timer?: RunningTimer;
  declare readonly cooldown?: RunningTimer;
  readonly provenance: Provenance;
  #value: Json | undefined;
  #updatedMs: number | undefined;

  constructor(
    text: string,
    rest: Omit<Entry, "value"> & { readonly provenance?: Provenance | undefined },
    value?: Json,
  ) {
    this.text = text;
    this.revision = rest.revision;
    this.hash = rest.hash;
    this.updated_at = rest.updated_at;
    this.provenance = rest.provenance ?? UNKNOWN;
    if (rest.enabled !== undefined) this.enabled = rest.enabled;
    if (rest.timer !== undefined) this.timer = rest.timer;
    if (rest.cooldown !== undefined) this.cooldown = rest.cooldown;
    this.#value = value;
  }

  /** The same entry with these timers in place of its own. */
  withTimers({
    timer,
    cooldown,
  }: {
    timer: RunningTimer | undefined;
    cooldown: RunningTimer | undefined;
  }): StoredEntry {
    const { text, revision, hash, updated_at, enabled, provenance } = this;
    return new StoredEntry(text, {
      revision,
      hash,
      updated_at,
      provenance,
      ...(enabled === undefined ? {} : { enabled }),
      ...(timer === undefined ? {} : { timer }),
      ...(cooldown === undefined ? {} : { cooldown }),
    });
  }

  get value(): Json {
    this.#value ??= JSON.parse(this.text) as Json;
    return this.#value;
  }

  /** `updated_at`, ms since the epoch. */
  get updatedMs(): number {
    this.#updatedMs ??= Date.parse(this.updated_at);
    return this.#updatedMs;
  }
}

/** Read by position: taking each row apart by names was some fifth of a first context after a wake. */
function decode(row: StateRow): readonly [string, StoredEntry] {
  const enabled = row[5];
  const timer = row[6];
  const cooldown = row[7];
  const writer = row[9];
  const others = row[11];
  const writers = others === null ? [writer] : (JSON.parse(others) as (string | null)[]);
  const provenance = { seq: row[8], writer, via: row[10], writers, velocity: row[12] };
  const plain = { revision: row[2], hash: row[3], updated_at: row[4], provenance };
  if (enabled === null && timer === null && cooldown === null)
    return [row[0], new StoredEntry(row[1], plain)];
  const rest = {
    ...plain,
    ...(enabled === null ? {} : { enabled }),
    ...(timer === null ? {} : { timer: JSON.parse(timer) as RunningTimer }),
    ...(cooldown === null ? {} : { cooldown: JSON.parse(cooldown) as RunningTimer }),
  };
  return [row[0], new StoredEntry(row[1], rest)];
}

/** An entry with its place, and the row in which it stands. */
export interface PlacedEntry {
  readonly row: number;
  readonly scope: string;
  readonly key: string;
  readonly entry: StoredEntry;
}

const ROWS_PER_PAGE = 500;

/** How many of the first rows hold no more than `chars` together: at least one. */
function countWithin(rows: readonly { readonly chars: number }[], chars: number): number {
  let sum = 0;
  const count = rows.findIndex((row) => {
    sum += row.chars;
    return sum > chars;
  });
  return Math.max(1, count < 0 ? rows.length : count);
}

/** A state as a room reads it, scope by scope, and writes it through. */
export interface StateTable {
  /** Every entry of a scope; of a registry in order of its first write. */
  load(scope: string): Iterable<readonly [string, StoredEntry]>;
  get(scope: string, key: string): StoredEntry | undefined;
  put(scope: string, key: string, entry: StoredEntry): void;
  remove(scope: string, key: string): void;
  /** Entries and characters of value text, by scope. */
  totals(): Map<string, { entries: number; chars: number }>;
  /** The highest number that a key of the scope ever was, 0 for none. */
  highest(scope: string): number;
  raiseHighest(scope: string, highest: number): void;
}

/** The `state` table: the live entry of every key, and the highest number that each scope's keys ever reached. */
export class StateStore implements StateTable {
  readonly #sql: SqlStorage;
  readonly #table: "state" | "base";

  /** `base` is the state as of the log's checkpoint; without one it is empty. */
  constructor(sql: SqlStorage, table: "state" | "base" = "state") {
    this.#sql = sql;
    this.#table = table;
  }

  /** Every entry of a scope by code point; of a registry in order of its first write, since an upsert keeps the rowid. */
  load(scope: string): (readonly [string, StoredEntry])[] {
    const order = REGISTRIES.has(scope) ? "rowid" : "key";
    return this.#read(`WHERE scope = ? ORDER BY ${order}`, scope);
  }

  /** The entries of a scope after one key and up to another, by code point. */
  between(scope: string, after: string, last: string): (readonly [string, StoredEntry])[] {
    return this.#read("WHERE scope = ? AND key > ? AND key <= ? ORDER BY key", scope, after, last);
  }

  /** The key of the `count`th entry after a key, by code point, or null where there are fewer. */
  keyAfter(scope: string, after: string, count: number): string | null {
    const query = `SELECT key FROM ${this.#table} WHERE scope = ? AND key > ? ORDER BY key LIMIT 1 OFFSET ?`;
    return this.#sql.exec<{ key: string }>(query, scope, after, count - 1).toArray()[0]?.key ?? null;
  }

  /** The first entries after a row, of all scopes, in order of their first write: at least one, and `chars` of values. */
  page(after: number, chars: number): PlacedEntry[] {
    const sizes = `SELECT rowid AS row, length(value) AS chars FROM ${this.#table} WHERE rowid > ? ORDER BY rowid LIMIT ${ROWS_PER_PAGE}`;
    const found = this.#sql.exec<{ row: number; chars: number }>(sizes, after).toArray();
    const query = `SELECT rowid, scope, ${COLUMNS} FROM ${this.#table} WHERE rowid > ? ORDER BY rowid LIMIT ?`;
    const rows = this.#sql.exec(query, after, countWithin(found, chars)).raw<[number, string, ...StateRow]>();
    return Array.from(rows, ([row, scope, ...stored]) => {
      const [key, entry] = decode(stored);
      return { row, scope, key, entry };
    });
  }

  get(scope: string, key: string): StoredEntry | undefined {
    return this.#read("WHERE scope = ? AND key = ?", scope, key)[0]?.[1];
  }

  #read(where: string, ...bindings: string[]): (readonly [string, StoredEntry])[] {
    const query = `SELECT ${COLUMNS} FROM ${this.#table} ${where}`;
    return Array.from(this.#sql.exec(query, ...bindings).raw<StateRow>(), decode);
  }

  put(scope: string, key: string, entry: StoredEntry): void {
    const { seq, writer, via, writers, velocity } = entry.provenance;
    this.#sql.exec(
      `INSERT INTO ${this.#table} (scope, ${COLUMNS})
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (scope, key) DO UPDATE SET value = excluded.value, revision = excluded.revision,
         hash = excluded.hash, updated_at = excluded.updated_at, enabled = excluded.enabled,
         timer = excluded.timer, cooldown = excluded.cooldown, seq = excluded.seq, writer = excluded.writer,
         via = excluded.via, writers = excluded.writers, velocity = excluded.velocity`,
      scope,
      key,
      entry.text,
      entry.revision,
      entry.hash,
      entry.updated_at,
      entry.enabled ?? null,
      entry.timer === undefined ? null : JSON.stringify(entry.timer),
      entry.cooldown === undefined ? null : JSON.stringify(entry.cooldown),
      seq,
      writer,
      via,
      writers.length === 1 ? null : JSON.stringify(writers),
      velocity,
    );
  }

  remove(scope: string, key: string): void {
    this.#sql.exec(`DELETE FROM ${this.#table} WHERE scope = ? AND key = ?`, scope, key);
  }

  /** The places of the entries on which a timer runs. */
  timed(): { scope: string; key: string }[] {
    const query = `SELECT scope, key FROM ${this.#table} WHERE timer IS NOT NULL OR cooldown IS NOT NULL`;
    return this.#sql.exec<{ scope: string; key: string }>(query).toArray();
  }

  /** The scopes that hold entries: each is found by a seek. */
  scopes(): string[] {
    return scopesOf(this.#sql, this.#table);
  }

  /** Entries and characters of value text, by scope. Reads the whole table: once a wake. */
  totals(): Map<string, { entries: number; chars: number }> {
    const query = `SELECT scope, count(*) AS entries, sum(length(value)) AS chars FROM ${this.#table} GROUP BY scope`;
    type Row = { scope: string; entries: number; chars: number };
    return new Map(
      this.#sql
        .exec<Row>(query)
        .toArray()
        .map(({ scope, ...total }) => [scope, total]),
    );
  }

  highest(scope: string): number {
    const query = "SELECT highest FROM counters WHERE scope = ?";
    return this.#sql.exec<{ highest: number }>(query, scope).toArray()[0]?.highest ?? 0;
  }

  /** The first scopes after `after` with the highest numbers that their keys ever were. */
  highestPage(after: string): { scope: string; highest: number }[] {
    const query = `SELECT scope, highest FROM counters WHERE scope > ? ORDER BY scope LIMIT ${ROWS_PER_PAGE}`;
    return this.#sql.exec<{ scope: string; highest: number }>(query, after).toArray();
  }

  raiseHighest(scope: string, highest: number): void {
    this.#sql.exec(
      "INSERT INTO counters (scope, highest) VALUES (?, ?) ON CONFLICT (scope) DO UPDATE SET highest = excluded.highest",
      scope,
      highest,
    );
  }
}
