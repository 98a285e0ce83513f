import { DurableObject } from "cloudflare:workers";
import { hash } from "node:crypto";
import type { Refusal, Result } from "./kernel/errors.ts";
import { LegacyPort } from "./legacy/port.ts";
import { hasSchema, migrate } from "./migrations/run.ts";
import type {
  Caller,
  CreateRoomCommand,
  ImportFormat,
  MigrationCall,
  Reply,
  RoomCall,
  SocketRequest,
} from "./protocol/calls.ts";
import { READS, SOCKET_HEADER } from "./protocol/calls.ts";
import { CLOSE_CODES } from "./protocol/frames.ts";
import { diskFull, isDiskFull, SPARING_MS } from "./protocol/full-disk.ts";
import { refusalReply, sendable } from "./room/answers.ts";
import { GroupCommit, overloaded } from "./room/group-commit.ts";
import { roomExists } from "./room/membership.ts";
import type { RoomHost } from "./room/ports.ts";
import { Room } from "./room/room.ts";
import type { Departure } from "./room/transfer/departures.ts";
import { beingImported } from "./room/transfer/import.ts";
import { RoomAlarm } from "./room-alarm.ts";
import { LongCalls } from "./room-long-calls.ts";
import { begin, end, forget, handle, isRefused, lengthOf, memoryOf, open, restore } from "./room-sockets.ts";
import type { Streamed } from "./room-transfers.ts";
import { absent, RoomTransfers } from "./room-transfers.ts";
import type { Guard } from "./room-turns.ts";
import { openStores } from "./storage/stores.ts";

/**
 * The Durable Object of one room: it wires a Room to the platform and forwards calls, sockets and the alarm. It holds no
 * rule of its own.
 */
export class RoomObject extends DurableObject<Env> {
  #room: Room | null = null;
  readonly #alarm: RoomAlarm;
  readonly #commits = new GroupCommit(() => this.ctx.storage.sync());
  readonly #host: RoomHost;
  readonly #guarded: Guard = (work, answer) => this.#guard(work, answer);
  readonly #legacy: LegacyPort;
  readonly #transfers: RoomTransfers;
  readonly #long: LongCalls;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    const { storage } = state;
    this.#alarm = new RoomAlarm(storage);
    this.#host = {
      now: () => Date.now(),
      randomId: () => crypto.randomUUID(),
      digest: (text) => hash("sha256", text, "hex"),
      transaction: (work) => storage.transactionSync(work),
      later: (ms, work) => void setTimeout(work, ms),
      isFull: isDiskFull,
    };
    this.#legacy = new LegacyPort(storage.sql, this.#host);
    this.#transfers = new RoomTransfers({
      storage,
      legacy: this.#legacy,
      host: this.#host,
      room: () => this.#room,
      guard: this.#guarded,
      vacate: () => this.#vacate(),
      open: () => this.#alarm.plan(this.#open().dueAt),
      erase: () => this.#erase(),
    });
    this.#long = new LongCalls({
      room: () => this.#room,
      absent: (caller) => this.#transfers.absent(caller),
      guard: this.#guarded,
      plan: (room) => this.#alarm.plan(room.dueAt),
    });
    if (hasSchema(storage.sql)) this.#wake();
  }

  /** How many derivations have been evaluated since this object woke. */
  get evaluations(): number {
    return this.#room?.evaluations ?? 0;
  }

  /** How many sockets and event streams watch the room. */
  get watchers(): number {
    return this.#room?.watch.watchers.size ?? 0;
  }

  /** Creates the room of this object. */
  create(command: CreateRoomCommand, compact: boolean): Reply {
    if (this.#transfers.isArriving) return roomExists(command.id);
    return this.#guard(() => (this.#room ?? this.#open()).create(command, compact), refusalReply);
  }

  /**
   * Answers one call of a caller whose token the Worker has verified. `sparing` says that the call has failed before, as
   * one does that the platform could not store anything beside: then nothing is.
   */
  async call(calling: Caller, call: RoomCall, sparing = false): Promise<Reply> {
    const caller = this.#known(calling);
    const room = this.#room;
    if (!room?.exists) return this.#transfers.absent(caller);
    if (sparing) this.#spare(room);
    if (call.call === "deleteRoom") return await this.#delete(room, caller);
    if (call.call === "replay") return await this.#long.read(caller, () => room.replay(caller, call));
    const answer = () => this.#answer(caller, call);
    if (READS.has(call.call)) return answer();
    if (!this.#commits.hasSpace(call.bytes ?? 0)) return refusalReply(overloaded());
    return await this.#commits.run(answer, call.bytes);
  }

  /** Walks the room's log, and lets others have their turn in between. */
  async verify(calling: Caller, compact: boolean): Promise<Reply> {
    return await this.#long.work(this.#known(calling), (room, caller) => room.verify(caller, compact));
  }

  /** Takes a step of a migration, or says how far it has come. */
  async migration(calling: Caller, call: MigrationCall | null, compact: boolean): Promise<Reply> {
    return await this.#long.work(this.#known(calling), ({ inside }, caller) =>
      this.#legacy.migration(inside, caller, call, compact),
    );
  }

  /** Streams the whole room. */
  export(caller: Caller): Streamed {
    return this.#depart(caller, (known, room) => room.export(known));
  }

  /** Streams the room's state after the event `at`, for {@link takeFork} of another object. */
  fork(caller: Caller, at: number | undefined): Streamed {
    return this.#depart(caller, (known, room) => room.fork(known, at));
  }

  /** Takes an export or a dump into this object's room, in which nothing has happened yet. */
  async import(
    caller: Caller,
    body: ReadableStream<Uint8Array>,
    format: ImportFormat,
    compact: boolean,
  ): Promise<Reply> {
    return await this.#transfers.import(this.#known(caller), { body, format, compact });
  }

  /** Makes the room of this object from what {@link fork} of another streams. */
  async takeFork(id: string, body: ReadableStream<Uint8Array>, compact: boolean): Promise<Reply> {
    return await this.#transfers.takeFork(id, body, compact);
  }

  /** Takes the socket of a wait or of a watcher, or answers at once why there is none to take. */
  override async fetch(request: Request): Promise<Response> {
    const told = JSON.parse(decodeURIComponent(request.headers.get(SOCKET_HEADER) ?? "")) as SocketRequest;
    const asked: SocketRequest = { ...told, caller: this.#known(told.caller) };
    const room = this.#room;
    if (!room?.exists) return Response.json(this.#transfers.absent(asked.caller));
    if (asked.sparing) this.#spare(room);
    const begun = this.#guard(
      () => begin(room, asked),
      (refusal) => ({ reply: refusalReply(refusal) }),
    );
    if ("reply" in begun) {
      this.#alarm.plan(room.dueAt);
      return Response.json(begun.reply);
    }
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    this.#guard(() => open(room, server, begun.memory, asked), ignore);
    this.#alarm.plan(room.dueAt);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Frames are done in the order in which they come, commands and reads alike. */
  override async webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    const memory = memoryOf(socket);
    const text = typeof frame === "string" ? frame : null;
    const bytes = lengthOf(frame);
    if (!this.#commits.hasSpace(bytes) && isRefused(this.#room, memory, text, overloaded())) return;
    await this.#commits.run(() => {
      const room = this.#room;
      if (room) this.#run(room, () => handle(room, memory, text));
    }, bytes);
  }

  /** The platform leaves it to the room to answer a close: a client whose close is not answered holds on for ten seconds. */
  override webSocketClose(socket: WebSocket): void {
    socket.close(CLOSE_CODES.answered, "done");
    this.#abandon(socket);
  }

  override webSocketError(socket: WebSocket): void {
    this.#abandon(socket);
  }

  /** May run twice, and late. */
  override alarm(): void {
    this.#alarm.forget();
    const room = this.#room;
    if (room?.exists) this.#run(room, () => room.doDue());
  }

  /** The room may have been deleted while the call waited for its turn. */
  #answer(caller: Caller, call: Exclude<RoomCall, { call: "deleteRoom" | "replay" }>): Reply {
    const room = this.#room;
    if (!room?.exists) return this.#transfers.absent(caller);
    const reply = this.#guard(() => sendable(room.call(caller, call)), refusalReply);
    this.#alarm.plan(room.dueAt);
    return reply;
  }

  /** Begins with what the tables hold: an object in which a fork was cut short begins empty. */
  #wake(): void {
    const { storage } = this.ctx;
    migrate(storage);
    if (openStores(storage.sql).imports.mark?.creation === null) void this.#erase();
    else this.#open();
  }

  /** Opens the room of the tables; one into which an import was cut short is put back as it was created. */
  #open(): Room {
    const { storage } = this.ctx;
    migrate(storage);
    const creation = openStores(storage.sql).imports.mark?.creation;
    if (creation) this.#legacy.restore(creation);
    const later = (ms: number, work: () => void) => void setTimeout(() => this.#run(room, work), ms);
    const room: Room = new Room(this.#legacy.stores(), { ...this.#host, later });
    this.#room = room;
    this.#guard(() => {
      for (const socket of this.ctx.getWebSockets()) restore(room, socket);
      room.establish();
    }, ignore);
    return room;
  }

  /** The caller as the room knows it: the original system's bearer strings are known to it alone. */
  #known(caller: Caller): Caller {
    return this.#legacy.caller(caller, this.#room?.inside.model.room());
  }

  #depart(caller: Caller, begin: (caller: Caller, room: Room) => Result<Departure>): Streamed {
    const known = this.#known(caller);
    return this.#transfers.depart(known, (room) => begin(known, room));
  }

  /** Has the room make way for what is imported: whoever holds a socket is told. */
  #vacate(): void {
    this.#room = null;
    this.#alarm.forget();
    for (const socket of this.ctx.getWebSockets()) end(socket, beingImported(), CLOSE_CODES.imported);
  }

  #abandon(socket: WebSocket): void {
    const room = this.#room;
    if (room) this.#run(room, () => forget(room, socket));
  }

  /** Does what nobody waits for an answer to, unless the room has been deleted meanwhile. */
  #run(room: Room, work: () => void): void {
    if (this.#room !== room) return;
    this.#guard(work, ignore);
    this.#alarm.plan(room.dueAt);
  }

  /** A full disk is an answer. Anything else that was not foreseen leaves memory in doubt: the object starts anew. */
  #guard<T>(work: () => T, answer: (refusal: Refusal) => T): T {
    try {
      return work();
    } catch (thrown) {
      if (isDiskFull(thrown)) return answer(diskFull());
      console.error("room aborted", thrown);
      this.ctx.abort("unexpected error");
      throw thrown;
    }
  }

  async #delete(room: Room, caller: Caller): Promise<Reply> {
    const refusal = room.deletionRefusal(caller);
    if (refusal) return refusal;
    this.#room = null;
    this.#alarm.forget();
    for (const socket of this.ctx.getWebSockets()) end(socket, absent(caller), CLOSE_CODES.token);
    await this.#erase();
    return { status: 200, body: JSON.stringify({ deleted: true, id: caller.claims?.room ?? "" }) };
  }

  /** Stores nothing that no call asks for, for a while: the disk may be full. */
  #spare(room: Room): void {
    room.putOffTimers(this.#alarm.spare(SPARING_MS, () => this.#run(room, ignore)));
  }

  /** Leaves nothing behind. A creation that came in between would be wiped with the rest. */
  async #erase(): Promise<void> {
    await this.ctx.blockConcurrencyWhile(async () => {
      await this.ctx.storage.deleteAlarm();
      await this.ctx.storage.deleteAll();
    });
  }
}

function ignore(): void {}
