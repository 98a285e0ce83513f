import type { Answer } from "../workerd/connection.ts";
import { Connection, headerOf } from "../workerd/connection.ts";
import type { Faults } from "./faults.ts";
import type { AnswerBody } from "./heard.ts";
import { hear, isReplay, seqOf } from "./heard.ts";
import type { Asked, Ledger } from "./ledger.ts";
import type { Dice } from "./random.ts";
import { requestOf, Script } from "./script.ts";

/** One call in so many is a repeat of one that was answered before. */
const REPEAT_ONE_IN = 16;
/** Among the newest so many. */
const REPEATABLE = 40;

/** As whom a client calls, and where its calls are written down. */
export interface Post {
  readonly room: string;
  readonly agent: string;
  readonly token: string;
  readonly ledger: Ledger;
  readonly faults: Faults;
}

/** What clients have done, all together. */
export class Tally {
  /** Calls that were sent again after a kill. */
  retried = 0;
  /** Those of them that had been done before the kill. */
  found = 0;
  /** Answered calls that were sent again. */
  repeated = 0;
}

/** What a client hears and is told while it works. */
export interface Line {
  /** Whether it is to make one more call of its own. */
  more(): boolean;
  /** Whether the answer that has come reaches the client; one that does not is lost on the way. */
  reaches(): boolean;
}

interface Pending {
  readonly asked: Asked;
  /** Whether it was answered before. */
  readonly repeats: boolean;
  /** Whether it was sent before, and the server was killed before the client had an answer. */
  sent: boolean;
}

/**
 * A caller that makes one call after the other, each with an idempotency key, and that sends a call whose answer it did
 * not get again until it is answered.
 */
export class Client {
  readonly #post: Post;
  readonly #dice: Dice;
  readonly #tally: Tally;
  readonly #script: Script;
  readonly #answered: Asked[] = [];
  #pending: Pending | undefined;

  constructor(post: Post, dice: Dice, tally: Tally) {
    this.#post = post;
    this.#dice = dice;
    this.#script = new Script(post.agent, dice);
    this.#tally = tally;
  }

  /**
   * Sends again what is unanswered, and then makes new calls while there are more to make. Ends when an answer is lost;
   * throws when the connection breaks.
   */
  async work(port: number, line: Line): Promise<void> {
    const connection = await Connection.open(port);
    try {
      while (this.#pending !== undefined || line.more()) {
        this.#pending ??= { ...this.#choose(), sent: false };
        const { asked, repeats, sent } = this.#pending;
        this.#pending.sent = true;
        const answer = await this.#send(connection, asked);
        if (!line.reaches()) return;
        this.#pending = undefined;
        if (repeats) this.#hearAgain(asked, answer);
        else this.#hear(asked, answer, sent);
      }
    } finally {
      connection.close();
    }
  }

  /** Draws as often whatever was answered, so that a seed gives the same calls. */
  #choose(): Omit<Pending, "sent"> {
    const repeated =
      this.#dice.below(REPEAT_ONE_IN) === 0
        ? this.#answered[this.#dice.below(this.#answered.length)]
        : undefined;
    return { asked: repeated ?? this.#script.next(), repeats: repeated !== undefined };
  }

  #hear(asked: Asked, answer: Answer, retried: boolean): void {
    const { ledger, faults, room } = this.#post;
    if (retried) this.#tally.retried += 1;
    if (retried && isReplay(answer)) this.#tally.found += 1;
    const body = JSON.parse(answer.body) as AnswerBody;
    this.#script.learn(asked, body);
    const heard = hear(answer.status, body, isReplay(answer));
    if (heard.outcome === "accepted" && heard.promised.seq === seqOf(answer)) {
      ledger.accept(asked, heard.promised);
      this.#answered.push(asked);
      if (this.#answered.length > REPEATABLE) this.#answered.shift();
    } else if (heard.outcome === "refused") {
      ledger.refuse(asked, seqOf(answer), heard.code);
    } else {
      faults.add("other", `[HTTP-3] room ${room}: ${asked.action} got ${answer.status} ${answer.body}`);
    }
  }

  #hearAgain(asked: Asked, answer: Answer): void {
    this.#tally.repeated += 1;
    const { seq = 0, writes = null } = JSON.parse(answer.body) as AnswerBody;
    this.#post.ledger.repeat(asked, { seq, writes }, isReplay(answer));
  }

  /** Sends a call, and sends it again where the room asks for time. */
  async #send(connection: Connection, asked: Asked): Promise<Answer> {
    const request = requestOf(this.#post.room, this.#post.token, asked);
    for (;;) {
      const answer = await connection.send(request);
      const seconds = headerOf(answer, "Retry-After");
      if (seconds === undefined) return answer;
      await new Promise((wake) => setTimeout(wake, Number(seconds) * 1000));
    }
  }
}
