import type { Refusal, Result } from "./kernel/errors.ts";
import { DumpReader } from "./legacy/dump-reader.ts";
import type { LegacyPort } from "./legacy/port.ts";
import { migrate } from "./migrations/run.ts";
import type { Caller, ImportFormat, Reply } from "./protocol/calls.ts";
import { refusalReply } from "./room/answers.ts";
import { roomExists } from "./room/membership.ts";
import type { RoomHost } from "./room/ports.ts";
import type { Room } from "./room/room.ts";
import { invalidToken, unauthenticated } from "./room/session.ts";
import type { Departure } from "./room/transfer/departures.ts";
import { Fork } from "./room/transfer/fork-target.ts";
import { Import, importing } from "./room/transfer/import.ts";
import { LineSplitter } from "./room/transfer/line-splitter.ts";
import type { Splitter } from "./room/transfer/streams.ts";
import { pageStream, receive } from "./room/transfer/streams.ts";
import type { Guard } from "./room-turns.ts";
import { inTurns } from "./room-turns.ts";
import { openStores } from "./storage/stores.ts";

/** A stream with the seq that it is of, or the answer that there is instead of one. */
export type Streamed =
  | { readonly reply: Reply }
  | { readonly stream: ReadableStream<Uint8Array>; readonly seq: number };

/** What takes a room in, item by item: a line, or a row. */
export interface Arrival<Item> {
  /** What is answered where the items break off. */
  readonly broken: Refusal;
  begin(): null;
  /** Answers why an item cannot be taken, or null. */
  take(items: readonly Item[]): Refusal | null;
  /** Does what can be done only when all are there, or says why it cannot be done; yields to let others have their turn. */
  settle?(): Generator<void, Refusal | null>;
  /** Ends what was begun and answers it; or says why it cannot be ended. */
  finish(compact: boolean): Reply;
}

export interface ImportCall {
  readonly body: ReadableStream<Uint8Array>;
  readonly format: ImportFormat;
  readonly compact: boolean;
}

/** What moving a room asks of its object. */
export interface TransferHost {
  readonly storage: DurableObjectStorage;
  readonly host: RoomHost;
  readonly legacy: LegacyPort;
  /** The room that is open, if one is. */
  room(): Room | null;
  readonly guard: Guard;
  /** Closes the room, and the sockets of whoever waits or watches. */
  vacate(): void;
  /** Opens the room of the tables; one into which an import was cut short is put back as it was created. */
  open(): void;
  /** Leaves nothing behind. */
  erase(): Promise<void>;
}

/** Rooms on their way out of an object and into it: exports, imports and forks. */
export class RoomTransfers {
  readonly #object: TransferHost;
  /** What callers are answered while a room comes into the object; null while none does. */
  #arriving: ((caller: Caller) => Reply) | null = null;

  constructor(object: TransferHost) {
    this.#object = object;
  }

  get isArriving(): boolean {
    return this.#arriving !== null;
  }

  /** The answer where no room is open. */
  absent(caller: Caller): Reply {
    return this.#arriving?.(caller) ?? absent(caller);
  }

  /** What `begin` says is to leave the room, as a stream. */
  depart(caller: Caller, begin: (room: Room) => Result<Departure>): Streamed {
    const { guard } = this.#object;
    const room = this.#object.room();
    if (!room?.exists) return { reply: this.absent(caller) };
    const departure = guard(() => begin(room), refused);
    if (!departure.ok) return { reply: refusalReply(departure.refusal) };
    const { pages, seq } = departure.value;
    const overtaken = () => ({ done: true, value: "overtaken" }) as const;
    const isThere = () => this.#object.room() === room;
    const next = () => (isThere() ? guard(() => pages.next(), overtaken) : overtaken());
    return { stream: pageStream(pages, next), seq };
  }

  /** Takes a room into this one, in which nothing has happened yet; if it fails, nothing has [IMPORT-1, LEGACY-1]. */
  async import(caller: Caller, { body, format, compact }: ImportCall): Promise<Reply> {
    const { storage, host, legacy, guard, vacate, open } = this.#object;
    const room = this.#object.room();
    if (!room?.exists) return await decline(body, this.absent(caller));
    const creation = guard(() => room.creation(caller), refused);
    if (!creation.ok) return await decline(body, refusalReply(creation.refusal));
    this.#arriving = (other) => importing(other, creation.value);
    vacate();
    const reply =
      format === "dump"
        ? await this.#receive(legacy.arrival(creation.value), new DumpReader(), body, compact)
        : await this.#receive(
            new Import(openStores(storage.sql), host, creation.value),
            new LineSplitter(),
            body,
            compact,
          );
    this.#arriving = null;
    open();
    return reply;
  }

  /** Makes the object's room from what another streams; if it fails, there is none [FORK-1]. */
  async takeFork(id: string, body: ReadableStream<Uint8Array>, compact: boolean): Promise<Reply> {
    const { storage, host, vacate, open, erase } = this.#object;
    if (this.#object.room()?.exists || this.#arriving) return await decline(body, roomExists(id));
    this.#arriving = absent;
    vacate();
    migrate(storage);
    const arrival = new Fork(openStores(storage.sql), host, id);
    const reply = await this.#receive(arrival, new LineSplitter(), body, compact);
    if (reply.status !== 201) await erase();
    this.#arriving = null;
    if (reply.status === 201) open();
    return reply;
  }

  async #receive<Item>(
    arrival: Arrival<Item>,
    splitter: Splitter<Item>,
    body: ReadableStream<Uint8Array>,
    compact: boolean,
  ): Promise<Reply> {
    const { guard } = this.#object;
    const begun = guard(() => arrival.begin(), asIs);
    const take = (items: readonly Item[]) => guard(() => arrival.take(items), asIs);
    const refusal =
      begun ?? (await receive(body, splitter, take, () => arrival.broken)) ?? (await this.#settle(arrival));
    return refusal ? refusalReply(refusal) : guard(() => arrival.finish(compact), refusalReply);
  }

  async #settle(arrival: Pick<Arrival<never>, "settle">): Promise<Refusal | null> {
    const steps = arrival.settle?.();
    if (!steps) return null;
    return await inTurns(() => steps, { guard: this.#object.guard, refused: asIs, gone: () => null });
  }
}

/** Refuses a stream that nobody reads. */
export async function decline(body: ReadableStream<Uint8Array>, reply: Reply): Promise<Reply> {
  await body.cancel().catch(() => undefined);
  return reply;
}

function asIs(refusal: Refusal): Refusal {
  return refusal;
}

function refused(refusal: Refusal) {
  return { ok: false, refusal } as const;
}

/** A room that is not there looks like one that the token is not for [AUTH-2]. */
export function absent(caller: Caller): Reply {
  const refused = caller.claims === null ? unauthenticated() : invalidToken();
  return refusalReply(refused.refusal);
}
