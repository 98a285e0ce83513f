import type { Dice } from "../../drills/random.ts";
import type { Caller, Reply } from "../../src/protocol/calls.ts";
import { GroupCommit } from "../../src/room/group-commit.ts";
import type { Patches } from "./memory-room.ts";
import { claimsOf, GONE, MemoryRoom } from "./memory-room.ts";
import type { Call } from "./subject.ts";
import { Turns } from "./turns.ts";

/** What a proof may put in the place of what the platform and the shell do, to break it. */
export interface PlatformPatches {
  /** Answers leave before what they rest on is safe. */
  readonly answersEarly?: boolean;
  /** After a crash the room goes on with what it had in memory. */
  readonly keepsMemory?: boolean;
  /** A call that ended in a crash is made again for its caller. */
  readonly repeats?: boolean;
  /** In the place of reading the room as it is. */
  readonly read?: (room: MemoryRoom, answer: (room: MemoryRoom) => Reply) => Reply;
  /** Answers that leave in one turn, as they leave. */
  readonly answers?: (reply: Reply) => Reply;
}

/** A confirmation waits for so many turns: what is stored stays unsafe for long enough that a crash can take it back. */
const TURNS_TO_SAFETY = 3;

const READS: ReadonlySet<string> = new Set(["evaluate", "poll"]);

/**
 * A room in memory that many call at once, on a platform as its documents describe it: what is stored is safe some time
 * later, a turn's answers leave when it is, and a crash takes back what was not. Calls and answers travel for a while;
 * what comes next is drawn from the dice, so that a seed tells the whole history again.
 */
export class ServedRoom {
  readonly turns: Turns;
  readonly #room: MemoryRoom;
  readonly #patches: PlatformPatches;
  #commits: GroupCommit;
  #life = 0;
  #ended = Promise.withResolvers<void>();
  /** Turns that have stored something, and those of them that are safe. */
  #stored = 0;
  #safe = 0;
  #synchronising: Promise<void> | undefined;

  constructor(dice: Dice, patches: Patches = {}, platform: PlatformPatches = {}) {
    this.turns = new Turns(dice);
    this.#patches = platform;
    this.#room = new MemoryRoom(patches);
    this.#commits = this.#begin();
  }

  /** Sets the room up, before anything goes wrong. */
  prepare(actions: readonly object[]): Caller {
    const claims = claimsOf(this.#room.create({ id: "room", meta: {}, join: "token" })).room ?? null;
    const caller: Caller = { claims, agent: null };
    for (const action of actions) {
      const args = { action: "_register_action", params: structuredClone(action) as never };
      this.#room.call(caller, { call: "invoke", args, compact: false });
    }
    this.#room.sql.exec("SAVEPOINT unsafe");
    return caller;
  }

  /** One call from the other side of the network. */
  async call(caller: Caller, call: Call): Promise<Reply> {
    await this.turns.next();
    const reply = await this.#serve(caller, call);
    await this.turns.next();
    return reply;
  }

  /** The object ends in the middle of whatever it does, and begins anew. */
  crash(): void {
    this.#room.sql.exec("ROLLBACK TO unsafe");
    this.#stored = this.#safe;
    this.#synchronising = undefined;
    this.#life += 1;
    this.#ended.resolve();
    this.#ended = Promise.withResolvers();
    this.#commits = this.#begin();
    if (!this.#patches.keepsMemory) this.#room.wake();
  }

  /** Nobody has called for a while. */
  evict(): void {
    this.#confirm();
    this.#room.wake();
  }

  /** The next transaction finds the disk full. */
  fill(): void {
    this.#room.fail("full");
  }

  end(): void {
    this.#room.end();
  }

  async #serve(caller: Caller, call: Call): Promise<Reply> {
    const life = this.#life;
    const answer = () => {
      if (life !== this.#life) return GONE;
      if (READS.has(call.call)) return this.#read(caller, call);
      this.#stored += 1;
      return this.#room.call(caller, call);
    };
    let [reply, stored] = [GONE, 0];
    const done = () => {
      [reply, stored] = [answer(), this.#stored];
      if (this.#patches.answers) reply = this.#patches.answers(reply);
    };
    if (READS.has(call.call)) done();
    else await Promise.race([this.#commits.run(done), this.#ended.promise]);
    if (life === this.#life && this.#safe < stored) {
      const synchronised = this.#synchronise();
      if (!this.#patches.answersEarly) {
        await synchronised;
        // A crash may still come before the answer has left.
        await this.turns.next();
      }
    }
    if (life === this.#life || this.#patches.answersEarly) return reply;
    return this.#patches.repeats ? await this.#serve(caller, call) : GONE;
  }

  #read(caller: Caller, call: Call): Reply {
    const answer = (room: MemoryRoom) => room.call(caller, call);
    return this.#patches.read ? this.#patches.read(this.#room, answer) : answer(this.#room);
  }

  #begin(): GroupCommit {
    return new GroupCommit(() => this.#synchronise());
  }

  /** Resolves when what has been stored is safe, or has been lost. */
  #synchronise(): Promise<void> {
    this.#synchronising ??= this.#confirmLater();
    return this.#synchronising;
  }

  async #confirmLater(): Promise<void> {
    const life = this.#life;
    for (let turn = 0; turn < TURNS_TO_SAFETY; turn++) await this.turns.next();
    if (life !== this.#life) return;
    this.#synchronising = undefined;
    this.#confirm();
  }

  #confirm(): void {
    this.#room.sql.exec("RELEASE unsafe");
    this.#room.sql.exec("SAVEPOINT unsafe");
    this.#safe = this.#stored;
  }
}
