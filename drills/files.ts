import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Json } from "../src/kernel/json.ts";
import { jsonEqual } from "../src/kernel/json.ts";
import type { EventKind } from "../src/kernel/model.ts";
import type { Faults } from "./faults.ts";
import { placeOf } from "./folded-state.ts";
import { History, indexRow } from "./history.ts";

interface LogRow {
  readonly seq: number;
  readonly kind: EventKind;
  readonly ts: string;
  readonly agent: string | null;
  readonly payload: string;
  readonly chain: string;
}

interface StateRow {
  readonly scope: string;
  readonly key: string;
  readonly value: string;
  readonly revision: number;
  readonly hash: string;
  readonly updated_at: string;
}

/**
 * Checks the databases in the folder in which the objects of a server, which does not run, have stored, each by itself:
 * that SQLite finds it whole, and that its log, its index, its state and its kept answers are of the same events
 * [LOG-1]. Answers the log of each room.
 */
export function checkFiles(folder: string, faults: Faults): Map<string, History> {
  const histories = new Map<string, History>();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".sqlite")) continue;
    const database = new DatabaseSync(join(folder, name));
    try {
      const room = roomOf(database);
      if (room !== null) histories.set(room, checkRoom(room, database, faults));
    } finally {
      database.close();
    }
  }
  return histories;
}

/** The id of the room whose database it is, or null where it is of something else. */
function roomOf(database: DatabaseSync): string | null {
  const tables = rows<{ name: string }>(database, "SELECT name FROM sqlite_master WHERE name = 'state'");
  if (tables.length === 0) return null;
  const [row] = rows<{ value: string }>(
    database,
    "SELECT value FROM state WHERE scope = '_config' AND key = 'room'",
  );
  return row ? (JSON.parse(row.value) as { id: string }).id : null;
}

function checkRoom(room: string, database: DatabaseSync, faults: Faults): History {
  const fault = (text: string) => faults.add("other", `${text}, in the file of room ${room}`);
  const found = rows<{ integrity_check: string }>(database, "PRAGMA integrity_check");
  if (found.length !== 1 || found[0]?.integrity_check !== "ok")
    fault("[LOG-1] SQLite finds the file damaged");
  const history = new History(room, faults);
  for (const { payload, ...row } of rows<LogRow>(database, "SELECT * FROM log ORDER BY seq"))
    history.take({ ...row, text: payload, payload: JSON.parse(payload) });
  checkIndex(database, history, fault);
  checkState(database, history, fault);
  checkAnswers(database, history, fault);
  return history;
}

type Fault = (text: string) => void;

function checkIndex(database: DatabaseSync, history: History, fault: Fault): void {
  const query = "SELECT scope, key, seq FROM log_index";
  const due = history.index();
  for (const row of rows<{ scope: string; key: string; seq: number }>(database, query)) {
    const place = indexRow(row.scope, row.key, row.seq);
    if (!due.delete(place)) fault(`[LOG-4] log_index has ${place}, which no event has written`);
  }
  for (const place of due) fault(`[LOG-4] log_index lacks ${place}`);
}

function checkState(database: DatabaseSync, history: History, fault: Fault): void {
  const query = "SELECT scope, key, value, revision, hash, updated_at FROM state";
  const due = new Map(history.state.entries);
  for (const { scope, key, value, ...rest } of rows<StateRow>(database, query)) {
    const place = placeOf(scope, key);
    const entry = due.get(place);
    const kept = { ...rest, value: JSON.parse(value) as Json };
    if (!entry || !jsonEqual({ ...entry } as unknown as Json, kept))
      fault(`[LOG-3] ${place} is not what the log folds to`);
    due.delete(place);
  }
  for (const place of due.keys()) fault(`[LOG-3] the state lacks ${place}`);
}

/** The answer to an idempotency key, here a call's mark, is kept in the transaction of its event [ACT-9]. */
function checkAnswers(database: DatabaseSync, history: History, fault: Fault): void {
  const due = new Map(history.marks);
  for (const { key, seq } of rows<{ key: string; seq: number }>(database, "SELECT key, seq FROM answers")) {
    if (due.get(key)?.[0]?.seq !== seq) fault(`[ACT-9] the kept answer of ${key} is of no event`);
    due.delete(key);
  }
  for (const mark of due.keys()) fault(`[ACT-9] ${mark} is done and its answer is not kept`);
}

/** The rows are as wide as the query says: SQLite does not know of types here. */
function rows<Row>(database: DatabaseSync, query: string): Row[] {
  return database.prepare(query).all() as Row[];
}
