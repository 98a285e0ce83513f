import type { Refusal, Result } from "../kernel/errors.ts";
import { refuse, succeed } from "../kernel/errors.ts";
import { entryNumber } from "../kernel/order.ts";
import { APPEND_SCOPE } from "../room/live-state.ts";
import type { Row } from "./columns.ts";
import { numberOf, textOf } from "./columns.ts";
import type { DumpItem } from "./dump-reader.ts";
import type { EntityTables, LandingTable } from "./entity-tables.ts";
import { LANDING_TABLES, NoSuchColumn, unknownColumns } from "./entity-tables.ts";
import type { LegacyStore } from "./legacy-store.ts";

const HINT = "Send the tables of one room. This room is as it was created.";
const REST = new Set(["tokens"]);
/** More tables and columns that are left out than any version of the original system had. */
const MOST_LEFT_OUT = 100;

/** Tables that belong to no room's state, and are not brought in. */
function isLeftOut(table: string): boolean {
  return REST.has(table) || table.startsWith("smcp_");
}

/** Takes the rows of a dump in as they come: each waits in a table until all are there [LEGACY-1]. */
export class Landing {
  readonly #room: string;
  readonly #tables: EntityTables;
  readonly #store: LegacyStore;
  /** Rows that came, by table. */
  readonly counts: Record<string, number> = {};
  /** Rows that are not brought in, by table, and rows with a column of which nothing is made, by `table.column`. */
  readonly leftOut: Record<string, number> = {};

  constructor(room: string, tables: EntityTables, store: LegacyStore) {
    this.#room = room;
    this.#tables = tables;
    this.#store = store;
  }

  /** Takes a table or a row in, or says why the dump is none of this room. */
  take({ table, row }: DumpItem): Refusal | null {
    if (isLeftOut(table)) {
      this.#leaveOut(table, row === null ? 0 : 1);
      return null;
    }
    const isKnown = table === "state" || (LANDING_TABLES as readonly string[]).includes(table);
    if (!isKnown) return unknownTable(table);
    if (row === null) return null;
    for (const column of unknownColumns(table as LandingTable | "state", row))
      this.#leaveOut(`${table}.${column}`.slice(0, 80), 1);
    if (Object.keys(this.leftOut).length > MOST_LEFT_OUT)
      return refuse("invalid_request", "The dump has too many columns that are unknown.", { hint: HINT })
        .refusal;
    this.counts[table] = (this.counts[table] ?? 0) + 1;
    const reason = table === "state" ? this.#stage(row) : this.#land(table as LandingTable, row);
    if (reason === null) return null;
    if (typeof reason === "object") return reason;
    this.#store.setAside({ table, key: keyOf(table, row), reason, live: false }, row);
    return null;
  }

  #leaveOut(what: string, rows: number): void {
    this.leftOut[what] = (this.leftOut[what] ?? 0) + rows;
  }

  /** The room's own row, or why the dump is not this room's. */
  room(): Result<Row> {
    const row = this.#tables.get("rooms", this.#room);
    return row ? succeed(row) : wrongRoom(this.#room);
  }

  #land(table: LandingTable, row: Row): string | Refusal | null {
    const id = textOf(row, "id");
    if (id === null || id === "") return "it has no id";
    const room = table === "rooms" ? id : textOf(row, "room_id");
    if (room !== null && room !== this.#room) return "it is of another room";
    try {
      return this.#tables.land(table, row) ? null : "another row has its id";
    } catch (thrown) {
      if (thrown instanceof NoSuchColumn)
        return refuse("invalid_request", `${thrown.message}.`, { hint: HINT }).refusal;
      throw thrown;
    }
  }

  #stage(row: Row): string | null {
    const [room, scope, key] = [textOf(row, "room_id"), textOf(row, "scope"), textOf(row, "key")];
    if (room !== null && room !== this.#room) return "it is of another room";
    if (scope === null || key === null) return "it has no scope and key";
    // Messages are written in order of their numbers, whatever else sorts them: each is the next one.
    const sorted = scope === APPEND_SCOPE ? null : numberOf(row, "sort_key");
    const number = sorted ?? entryNumber(key);
    return this.#store.stage(scope, key, number, row) ? null : "another row has its scope and key";
  }
}

/** What tells a row from others of its table. */
export function keyOf(table: string, row: Row): string {
  if (table !== "state") return textOf(row, "id") ?? "";
  return `${textOf(row, "scope") ?? ""}:${textOf(row, "key") ?? ""}`;
}

function unknownTable(table: string): Refusal {
  const known = [...LANDING_TABLES, "state"].join(", ");
  return refuse("invalid_request", `A dump has no table ${JSON.stringify(table).slice(0, 80)}.`, {
    hint: `It has the tables ${known}; tokens and smcp_… are left out.`,
    details: { table: table.slice(0, 80) },
  }).refusal;
}

function wrongRoom(room: string) {
  return refuse("invalid_request", `The dump's table rooms has no row for the room ${room}.`, {
    hint: "Import a dump into a room of the same id.",
    details: { room },
  });
}
