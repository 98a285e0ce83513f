import type { RoomObject } from "../../src/room-object.ts";
import { MemorySql } from "../support/memory-sql.ts";
import type { SocketOwner } from "./sockets.ts";
import { acceptFor } from "./sockets.ts";

/** The longest that Node waits, in ms. */
const LONGEST_WAIT = 2 ** 31 - 1;

/** What the platform keeps of one object: its storage and its alarm, and the object itself while it is awake. */
export class RoomHolder {
  readonly ctx: DurableObjectState;
  readonly #sql = new MemorySql();
  readonly #make: (ctx: DurableObjectState) => Promise<RoomObject>;
  readonly #sockets = new Set<WebSocket>();
  #object: Promise<RoomObject> | null = null;
  #alarmAt: number | null = null;
  #alarm: ReturnType<typeof setTimeout> | null = null;

  constructor(make: (ctx: DurableObjectState) => Promise<RoomObject>) {
    this.#make = make;
    const { sql, transactionSync } = this.#sql.storage;
    const storage = {
      sql,
      transactionSync,
      sync: async () => undefined,
      getAlarm: async () => this.#alarmAt,
      setAlarm: async (at: number) => this.#setAlarm(at),
      deleteAlarm: async () => this.#clearAlarm(),
      deleteAll: async () => this.#deleteAll(),
    };
    this.ctx = {
      storage,
      blockConcurrencyWhile: <T>(work: () => Promise<T>) => work(),
      abort: () => this.evict(),
      getWebSockets: () => [...this.#sockets],
      acceptWebSocket: (socket: WebSocket) => this.#accept(socket),
      setWebSocketAutoResponse: () => undefined,
    } as unknown as DurableObjectState;
  }

  open(): Promise<RoomObject> {
    this.#object ??= this.#make(this.ctx);
    return this.#object;
  }

  evict(): void {
    this.#object = null;
  }

  /** Has the alarm ring now. False where none is set. */
  async ring(): Promise<boolean> {
    if (this.#alarm === null) return false;
    this.#clearAlarm();
    (await this.open()).alarm();
    return true;
  }

  #accept(socket: WebSocket): void {
    this.#sockets.add(socket);
    const owner: SocketOwner = {
      message: async (from, data) => await (await this.open()).webSocketMessage(from, data),
      close: async (from) => {
        this.#sockets.delete(from);
        (await this.open()).webSocketClose(from);
      },
    };
    acceptFor(socket, owner);
  }

  #setAlarm(at: number): void {
    this.#clearAlarm();
    this.#alarmAt = at;
    this.#alarm = setTimeout(() => void this.ring(), Math.min(at - Date.now(), LONGEST_WAIT));
  }

  #clearAlarm(): void {
    if (this.#alarm !== null) clearTimeout(this.#alarm);
    this.#alarm = null;
    this.#alarmAt = null;
  }

  #deleteAll(): void {
    const tables = this.#sql.exec("SELECT name FROM sqlite_master WHERE type = 'table'").toArray();
    for (const { name } of tables) this.#sql.exec(`DROP TABLE "${name}"`);
  }
}
