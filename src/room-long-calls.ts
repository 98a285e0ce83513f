import type { Caller, Reply } from "./protocol/calls.ts";
import { refusalReply, sendable } from "./room/answers.ts";
import type { Room } from "./room/room.ts";
import type { Guard, Stepping, Steps } from "./room-turns.ts";
import { inTurns, oneByOne } from "./room-turns.ts";

/** What calls that take long ask of their room's object. */
export interface LongCallsHost {
  /** The room that is open, if one is. */
  room(): Room | null;
  /** The answer where no room is open. */
  absent(caller: Caller): Reply;
  readonly guard: Guard;
  /** Plans the alarm for what the room has to do next. */
  plan(room: Room): void;
}

type Begin = (room: Room, caller: Caller) => Steps<Reply>;

/** Calls that take long: others have their turn in between. The room may be deleted then, or make way for an import. */
export class LongCalls {
  readonly #object: LongCallsHost;
  readonly #oneByOne = oneByOne();

  constructor(object: LongCallsHost) {
    this.#object = object;
  }

  /** Does what `begin` begins. */
  async work(caller: Caller, begin: Begin): Promise<Reply> {
    return await this.#run(caller, begin, inTurns);
  }

  /** The same for what holds much in memory until its end: one at a time, and it may be begun twice. */
  async read(caller: Caller, begin: Begin): Promise<Reply> {
    return await this.#run(caller, begin, this.#oneByOne);
  }

  async #run(caller: Caller, begin: Begin, run: typeof inTurns): Promise<Reply> {
    const { guard, absent, plan } = this.#object;
    const room = this.#object.room();
    if (!room?.exists) return absent(caller);
    const isThere = () => this.#object.room() === room;
    const gone = () => (isThere() ? null : absent(caller));
    const stepping: Stepping<Reply> = { guard, refused: refusalReply, gone };
    const reply = await run(() => begin(room, caller), stepping);
    if (isThere()) plan(room);
    return sendable(reply);
  }
}
