import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { hash } from "node:crypto";
import { expect } from "vitest";
import { LegacyPort } from "../../src/legacy/port.ts";
import type { RoomHost } from "../../src/room/ports.ts";
import { leftOf } from "./fold.ts";
import type { Answer, Body, TestRoom } from "./room.ts";
import { Client, createRoom, roomObject } from "./room.ts";
import { importInto } from "./transfer.ts";

export const PHASES = ["legacy", "dual", "validated", "v8"] as const;

/** A dump of the original system: its tables, and beside them what it is compared with. */
export interface Dump {
  readonly room_id: string;
  readonly tables: Record<string, Body[]>;
  readonly tokens?: { token: string; view_token: string; agents: Record<string, string> };
  readonly expected?: Record<string, Body>;
}

export function importDump(room: TestRoom, dump: unknown): Promise<Answer> {
  const body = typeof dump === "string" ? dump : JSON.stringify(dump);
  return importInto(room.owner, body, { "Content-Type": "application/json" });
}

/** A room with a dump in it, and what the import answered. */
export async function imported(dump: Dump): Promise<{ room: TestRoom; report: Body }> {
  const room = await createRoom({ id: dump.room_id });
  const { status, body } = await importDump(room, dump);
  expect(body).toMatchObject({ imported: true });
  expect(status).toBe(200);
  return { room, report: body };
}

/** Moves a room on to a phase, one step at a time. */
export async function moveTo(room: TestRoom, phase: (typeof PHASES)[number]): Promise<void> {
  for (;;) {
    const { body } = await room.owner.call("/migration");
    if (body.phase === phase) return;
    const moved = await room.owner.call("/migration", { body: { to: body.next } });
    expect(moved.body).toMatchObject({ phase: body.next });
  }
}

/** The bearer string of a reader of the original system: its room token is `_room`. */
export function oldClient({ room_id, tokens }: Dump, reader: string): Client {
  const token = reader === "_room" ? tokens!.token : tokens!.agents[reader];
  return new Client(room_id, token, reader === "_room" ? null : reader);
}

function registered(actions: Body): string[] {
  return Object.keys(actions).filter((id) => !actions[id].builtin);
}

/**
 * What a context shows of what the original system showed, with only the deliberate differences left out [LEGACY-6]: the
 * system views, built-ins, granted scopes by name, heartbeats, and counts that leave own messages out.
 */
export function comparable(context: Body, original: Body): Body {
  const shown = Object.entries(context.views).filter(([id]) => !id.startsWith("_"));
  const views = Object.fromEntries(shown);
  const actions = registered(context.actions).map((id) => {
    const { available, enabled, description, params, writes, if: condition } = context.actions[id];
    return [id, { available, enabled, description, params, writes, if: condition }];
  });
  const agents = Object.entries(context.agents as Body).map(([id, { name, role, status }]: Body) => {
    return [id, { name, role, status }];
  });
  const messages = context.messages.recent.map(({ ts: _ts, ...message }: Body) => message);
  const granted = Object.keys(context.state).filter((scope) => !(scope in original.state));
  const state = Object.entries(context.state).filter(([scope]) => !granted.includes(scope));
  return {
    state: Object.fromEntries(state),
    views: Object.entries(views),
    agents: Object.fromEntries(agents),
    actions,
    messages: { count: context.messages.count, recent: messages },
    self: context.self,
  };
}

/** Has every reader of the original system read what it read there. */
export async function expectOriginalContexts(dump: Dump): Promise<void> {
  for (const [reader, original] of Object.entries(dump.expected!)) {
    const context = await oldClient(dump, reader).context("?depth=full&messages_limit=500");
    expect(comparable(context, original), reader).toEqual(comparable(original, original));
  }
}

/** What both sides hold of agents, actions and views, read from the tables. */
export async function sides(room: string): Promise<{ rows: Body; entries: Body }> {
  return await runInDurableObject(roomObject(room), (_, { storage: { sql } }) => {
    const names = sql.exec("SELECT name FROM sqlite_master WHERE type = 'table'").toArray();
    const has = (table: string) => names.some(({ name }) => name === table);
    const rows = ["agents", "actions", "views"].map((table) => {
      const found = has(table) ? sql.exec(`SELECT * FROM ${table} ORDER BY rowid`).toArray() : null;
      return [table, found && Object.fromEntries(found.map((row) => [row.id, row]))];
    });
    const query = "SELECT * FROM state WHERE scope IN ('_agents', '_actions', '_views') ORDER BY rowid";
    const entries: Body = { _agents: {}, _actions: {}, _views: {} };
    for (const { scope, key, value, ...rest } of sql.exec(query).toArray() as Body[])
      entries[scope][key] = { ...rest, value: JSON.parse(value) };
    return { rows: Object.fromEntries(rows), entries };
  });
}

/** Every entry as the tables of the room's phase hold it, with what is left of its timers: what a fold has to give. */
export async function liveEntries({ id }: TestRoom): Promise<Map<string, Body>> {
  const entries = await runInDurableObject(roomObject(id), (_, { storage }) => {
    const digest = (text: string) => hash("sha256", text, "hex");
    const host = { digest } as unknown as RoomHost;
    const { state, timers } = new LegacyPort(storage.sql, host).stores();
    const clocks = timers.clocks();
    const clock = (scope: string, key: string) =>
      clocks.find((row) => row.scope === scope && row.key === key)?.count ?? 0;
    return [...state.totals().keys()].flatMap((scope) =>
      state.load(scope).map(([key, entry]) => {
        const { value, revision, updated_at, enabled, timer, cooldown } = entry;
        const standing = {
          ...{ value, revision, hash: entry.hash, updated_at },
          ...(enabled === undefined ? {} : { enabled }),
          ...(timer && { timer: leftOf(timer, clock) }),
          ...(cooldown && { cooldown: leftOf(cooldown, clock) }),
        };
        return [JSON.stringify([scope, key]), standing] as const;
      }),
    );
  });
  return new Map(entries);
}

export async function sql(room: string, ...queries: string[]): Promise<void> {
  await runInDurableObject(roomObject(room), (_, { storage }) => {
    for (const query of queries) storage.sql.exec(query);
  });
}

export async function evict(room: string): Promise<void> {
  await evictDurableObject(roomObject(room));
}

let dumps = 0;

/** The same dump for a room of its own. */
export function copyOf(dump: Dump): Dump {
  const room_id = `${dump.room_id}-${++dumps}`;
  const tables = Object.entries(dump.tables).map(([table, rows]) => {
    return [table, rows.map((row) => (table === "rooms" ? { ...row, id: room_id } : { ...row, room_id }))];
  });
  return { ...dump, room_id, tables: Object.fromEntries(tables) };
}

/** A dump that is made up: rows need to say only what is not usual. */
export function madeDump(tables: Record<string, Body[]>): Dump {
  const room_id = `old-${++dumps}-${crypto.randomUUID().slice(0, 8)}`;
  const at = "2026-11-01 10:00:00";
  const usual: Record<string, Body> = {
    rooms: { id: room_id, created_at: at, meta: "{}", token_hash: null, view_token_hash: null },
    agents: { name: "Someone", role: "agent", joined_at: at, meta: "{}", status: "active", grants: "[]" },
    actions: { scope: "_shared", writes_json: "[]", created_at: at, version: 1 },
    views: { scope: "_shared", created_at: at, version: 1 },
    state: { scope: "_shared", revision: 1, updated_at: at, version: "x" },
  };
  const rooms = { rooms: [{}], ...tables };
  const filled = Object.entries(rooms).map(([table, rows]) => {
    return [
      table,
      rows.map((row) => ({ ...(table === "rooms" ? {} : { room_id }), ...usual[table], ...row })),
    ];
  });
  return { room_id, tables: Object.fromEntries(filled) };
}
