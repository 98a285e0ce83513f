import type { Phase } from "../kernel/migration.ts";
import type { TokenKind } from "../kernel/model.ts";
import type { DumpRow } from "./dump-reader.ts";

/** What a bearer string of the original system stands for. */
export interface OldBearer {
  readonly id: string;
  readonly kind: TokenKind;
  readonly agent: string | null;
  /** The agent's generation when it was imported. */
  readonly generation: number | null;
}

/** A row that is not in the room as it was, or not all of it, and why [LEGACY-7]. */
export interface AsideRow {
  readonly table: string;
  readonly key: string;
  readonly reason: string;
  /** Whether it is in the room all the same, but for what the reason says. */
  readonly live: boolean;
}

const TABLES = `
  CREATE TABLE legacy (phase TEXT NOT NULL, report TEXT NOT NULL, differences TEXT);
  CREATE TABLE legacy_tokens (
    hash TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    agent TEXT,
    generation INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE legacy_aside (
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    reason TEXT NOT NULL,
    live INTEGER NOT NULL,
    row TEXT NOT NULL
  );
`;
const STAGE = `
  CREATE TABLE legacy_state (scope TEXT NOT NULL, key TEXT NOT NULL, number INTEGER NOT NULL, row TEXT NOT NULL);
  CREATE INDEX legacy_state_order ON legacy_state (scope, number);
  CREATE UNIQUE INDEX legacy_state_keys ON legacy_state (scope, key);
`;

/**
 * What a room that was imported from the original system keeps beside its entity tables: its phase, its old bearer strings
 * by their SHA-256, and the rows that are no part of it. Kept beyond the migration; created by the import.
 */
export class LegacyStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Whether the room was imported from the original system. */
  get exists(): boolean {
    const query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'legacy'";
    return this.#sql.exec(query).toArray().length > 0;
  }

  /** Creates the tables, and those in which rows wait until all of the dump is there. */
  create(): void {
    this.#sql.exec(TABLES + STAGE);
  }

  drop(): void {
    for (const table of ["legacy", "legacy_tokens", "legacy_aside"])
      this.#sql.exec(`DROP TABLE IF EXISTS ${table}`);
    this.dropStage();
  }

  dropStage(): void {
    this.#sql.exec("DROP TABLE IF EXISTS legacy_state");
  }

  /** The phase; a room that was not imported has been v8 from its beginning. */
  get phase(): Phase {
    return this.#sql.exec<{ phase: Phase }>("SELECT phase FROM legacy").toArray()[0]?.phase ?? "v8";
  }

  begin(phase: Phase): void {
    this.#sql.exec("INSERT INTO legacy (phase, report) VALUES (?, '{}')", phase);
  }

  setPhase(phase: Phase): void {
    this.#sql.exec("UPDATE legacy SET phase = ?", phase);
  }

  /** What the import answered, JSON. */
  get report(): string {
    return this.#sql.exec<{ report: string }>("SELECT report FROM legacy").toArray()[0]?.report ?? "{}";
  }

  setReport(report: string): void {
    this.#sql.exec("UPDATE legacy SET report = ?", report);
  }

  /** What the last comparison of the two sides found, JSON, or null where there was none. */
  get differences(): string | null {
    type Row = { differences: string | null };
    return this.#sql.exec<Row>("SELECT differences FROM legacy").toArray()[0]?.differences ?? null;
  }

  setDifferences(differences: string | null): void {
    this.#sql.exec("UPDATE legacy SET differences = ?", differences);
  }

  /** What the bearer string with this SHA-256, in hex, stands for. */
  bearer(hash: string): OldBearer | undefined {
    type Row = { id: string; kind: TokenKind; agent: string | null; generation: number | null };
    const query = "SELECT id, kind, agent, generation FROM legacy_tokens WHERE hash = ?";
    return this.#sql.exec<Row>(query, hash).toArray()[0];
  }

  /** Answers whether no other bearer string has this hash. */
  addBearer(hash: string, { id, kind, agent, generation }: OldBearer): boolean {
    const query =
      "INSERT OR IGNORE INTO legacy_tokens (hash, id, kind, agent, generation) VALUES (?, ?, ?, ?, ?)";
    return this.#sql.exec(query, hash, id, kind, agent, generation).rowsWritten > 0;
  }

  setAside({ table, key, reason, live }: AsideRow, row: DumpRow["row"]): void {
    this.#sql.exec(
      "INSERT INTO legacy_aside (name, key, reason, live, row) VALUES (?, ?, ?, ?, ?)",
      table,
      key,
      reason,
      live ? 1 : 0,
      JSON.stringify(row),
    );
  }

  countAside(): number {
    return this.#sql.exec<{ rows: number }>("SELECT count(*) AS rows FROM legacy_aside").one().rows;
  }

  /** The first `limit` rows that were set aside. */
  aside(limit: number): AsideRow[] {
    type Row = { name: string; key: string; reason: string; live: number };
    const query = "SELECT name, key, reason, live FROM legacy_aside ORDER BY rowid LIMIT ?";
    return this.#sql
      .exec<Row>(query, limit)
      .toArray()
      .map(({ name, live, ...rest }) => ({ table: name, ...rest, live: live === 1 }));
  }

  /** Keeps a row of `state` until its turn has come. Answers whether there was none of its scope and key. */
  stage(scope: string, key: string, number: number, row: DumpRow["row"]): boolean {
    const query = "INSERT OR IGNORE INTO legacy_state (scope, key, number, row) VALUES (?, ?, ?, ?)";
    return this.#sql.exec(query, scope, key, number, JSON.stringify(row)).rowsWritten > 0;
  }

  /** The first rows of a scope after a place, in order of their numbers: at most `limit`. */
  staged(scope: string, after: StagePlace, limit: number): StagedRow[] {
    const query = `SELECT rowid AS id, number, row FROM legacy_state
      WHERE scope = ?1 AND (number, rowid) > (?2, ?3) ORDER BY number, rowid LIMIT ?4`;
    type Row = { id: number; number: number; row: string };
    return this.#sql
      .exec<Row>(query, scope, after.number, after.id, limit)
      .toArray()
      .map(({ id, number, row }) => ({ id, number, row: JSON.parse(row) as DumpRow["row"] }));
  }

  stagedScopes(): string[] {
    const query = "SELECT DISTINCT scope FROM legacy_state ORDER BY scope";
    const rows = this.#sql.exec<{ scope: string }>(query).toArray();
    return rows.map(({ scope }) => scope);
  }
}

/** Where a staged row stands among those of its scope. */
export interface StagePlace {
  readonly number: number;
  readonly id: number;
}

export interface StagedRow extends StagePlace {
  readonly row: DumpRow["row"];
}

export const STAGE_BEGIN: StagePlace = { number: -1, id: 0 };
