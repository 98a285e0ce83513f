import type { Json } from "../kernel/json.ts";
import type { Row } from "./columns.ts";
import { EXACT } from "./entities.ts";

/** The tables of the original system that land as they are. */
export const LANDING_TABLES = ["rooms", "agents", "actions", "views"] as const;
export type LandingTable = (typeof LANDING_TABLES)[number];

const TIMER_COLUMNS =
  "timer_json, timer_expires_at, timer_ticks_left, timer_tick_on, timer_effect, timer_started_at";
const COLUMNS: Readonly<Record<LandingTable, string>> = {
  rooms: "created_at, meta, token_hash, view_token_hash",
  agents:
    "room_id, name, role, joined_at, meta, last_heartbeat, status, waiting_on, token_hash, grants, last_seen_seq, enabled_expr",
  actions: `room_id, scope, description, if_expr, enabled_expr, result_expr, writes_json, params_json, ${TIMER_COLUMNS},
    on_invoke_timer_json, registered_by, created_at, version`,
  views: `room_id, scope, description, expr, enabled_expr, render_json, ${TIMER_COLUMNS}, registered_by, created_at, version`,
};

/** Columns of some versions of the original system, beside those that land. */
const FURTHER: Readonly<Record<LandingTable | "state", string>> = {
  rooms: "id",
  agents: "id",
  actions: "id, intent",
  views: "id",
  state: `room_id, scope, key, sort_key, value, revision, updated_at, enabled_expr, ${TIMER_COLUMNS}`,
};
const VERSION = /^version/;

const KNOWN = new Map(
  Object.entries(FURTHER).map(([table, further]) => {
    const names = `${further}, ${table === "state" ? "" : COLUMNS[table as LandingTable]}`;
    return [table, new Set(names.split(",").map((name) => name.trim()))];
  }),
);

/** The columns of a row that no version of the original system is known to have had: nothing is made of them. */
export function unknownColumns(table: LandingTable | "state", row: Row): string[] {
  return Object.keys(row).filter((name) => !KNOWN.get(table)?.has(name) && !VERSION.test(name));
}

const COLUMN_NAME = /^[a-z_][a-z0-9_]{0,63}$/;
/** More than any version of the original system had. */
const MOST_COLUMNS = 60;

/** A row has a column that its table cannot have. */
export class NoSuchColumn extends Error {}

/**
 * The original system's tables of a room, agents, actions and views: created by an import and dropped by the last step of
 * its migration, so that a room that never was a legacy room has none. Columns have no type: values stay what they were.
 */
export class EntityTables {
  readonly #sql: SqlStorage;
  readonly #columns = new Map<LandingTable, Set<string>>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  create(): void {
    for (const table of LANDING_TABLES) {
      this.#sql.exec(`CREATE TABLE ${table} (id TEXT PRIMARY KEY, ${COLUMNS[table]}, ${EXACT})`);
    }
  }

  drop(): void {
    for (const table of LANDING_TABLES) this.#sql.exec(`DROP TABLE IF EXISTS ${table}`);
    this.#columns.clear();
  }

  /** Takes a row of a dump in as it is. Answers whether there was none of its id. Throws {@link NoSuchColumn}. */
  land(table: LandingTable, row: Row): boolean {
    if (Object.hasOwn(row, EXACT)) throw noSuchColumn(table, EXACT);
    return this.insert(table, row);
  }

  /** Adds a row behind the others. Answers whether there was none of its id. */
  insert(table: LandingTable, row: Row): boolean {
    const names = Object.keys(row);
    for (const name of names) this.#ensureColumn(table, name);
    const quoted = names.map((name) => `"${name}"`).join(", ");
    const query = `INSERT OR IGNORE INTO ${table} (${quoted}) VALUES (${names.map(() => "?").join(", ")})`;
    const values = names.map((name) => bindable(row[name] ?? null));
    return this.#sql.exec(query, ...values).rowsWritten > 0;
  }

  /** Changes columns of a row. */
  update(table: LandingTable, id: string, columns: Row): void {
    const names = Object.keys(columns);
    const query = `UPDATE ${table} SET ${names.map((name) => `${name} = ?`).join(", ")} WHERE id = ?`;
    this.#sql.exec(query, ...names.map((name) => bindable(columns[name] ?? null)), id);
  }

  get(table: LandingTable, id: string): Row | undefined {
    return this.#sql.exec(`SELECT * FROM ${table} WHERE id = ?`, id).toArray()[0] as Row | undefined;
  }

  /** Every row, in order of registration. */
  rows(table: LandingTable): Row[] {
    return this.#sql.exec(`SELECT * FROM ${table} ORDER BY rowid`).toArray() as Row[];
  }

  count(table: LandingTable): number {
    return this.#sql.exec<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`).one().rows;
  }

  remove(table: LandingTable, id: string): void {
    this.#sql.exec(`DELETE FROM ${table} WHERE id = ?`, id);
  }

  clear(table: LandingTable): void {
    this.#sql.exec(`DELETE FROM ${table}`);
  }

  /** The table has the columns that the rows of a dump have, whichever version they are of. */
  #ensureColumn(table: LandingTable, name: string): void {
    const known = this.#columns.get(table) ?? this.#known(table);
    this.#columns.set(table, known);
    if (known.has(name)) return;
    if (!COLUMN_NAME.test(name) || known.size >= MOST_COLUMNS) throw noSuchColumn(table, name);
    this.#sql.exec(`ALTER TABLE ${table} ADD COLUMN "${name}"`);
    known.add(name);
  }

  #known(table: LandingTable): Set<string> {
    return new Set(this.#sql.exec(`SELECT * FROM ${table} LIMIT 0`).columnNames);
  }
}

function noSuchColumn(table: string, name: string): NoSuchColumn {
  return new NoSuchColumn(`${table} can have no column ${JSON.stringify(name).slice(0, 80)}`);
}

/** A value as a column holds it: what is no scalar as its JSON. */
function bindable(value: Json): string | number | null {
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  return typeof value === "boolean" ? Number(value) : JSON.stringify(value);
}
