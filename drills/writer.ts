import { Connection } from "../workerd/connection.ts";
import type { Post } from "./client.ts";
import type { AnswerBody } from "./heard.ts";
import { hear, isReplay, seqOf } from "./heard.ts";
import type { Asked } from "./ledger.ts";
import type { Script } from "./script.ts";
import { requestOf } from "./script.ts";

/** How writes were answered while the disk was full. */
export interface FullDiskTally {
  /** With 507. */
  full: number;
  /** With 503: another's commit failed at that moment, and with it the object. */
  busy: number;
}

const PAUSE_MS = 20;
/** A call that is answered 503 is sent again so often. */
const PATIENCE = 100;

/** An agent that writes on a disk that fills up, and sends again later what was refused for that. */
export class Writer {
  readonly #post: Post;
  readonly #script: Script;
  readonly #tally: FullDiskTally;
  /** What was refused with 507: nothing of it is done. */
  readonly #refused: Asked[] = [];
  /** Marks of calls that were once answered 503: nobody knows whether they are done. */
  readonly #unsure = new Set<string>();

  constructor(post: Post, script: Script, tally: FullDiskTally) {
    this.#post = post;
    this.#script = script;
    this.#tally = tally;
  }

  /** Makes so many calls of its own. */
  async write(port: number, calls: number): Promise<void> {
    const connection = await Connection.open(port);
    for (let call = 0; call < calls; call++) await this.#call(connection, this.#script.next(), false);
    connection.close();
  }

  /** Makes calls of its own until so many of them were refused. */
  async writeUntilFull(port: number, refusals: number): Promise<void> {
    const connection = await Connection.open(port);
    while (this.#refused.length < refusals) await this.#call(connection, this.#script.next(), false);
    connection.close();
  }

  /** Sends again what was refused, with the same keys. */
  async settle(port: number): Promise<void> {
    const connection = await Connection.open(port);
    for (const asked of this.#refused.splice(0)) await this.#call(connection, asked, true);
    if (this.#refused.length > 0)
      this.#post.faults.add("other", "[HTTP-2] there is space, and writes are refused with 507");
    connection.close();
  }

  async #call(connection: Connection, asked: Asked, wasRefused: boolean): Promise<void> {
    const { ledger, faults, room, token } = this.#post;
    for (let times = 0; times < PATIENCE; times++) {
      const answer = await connection.send(requestOf(room, token, asked));
      const body = JSON.parse(answer.body) as AnswerBody;
      const heard = hear(answer.status, body, isReplay(answer));
      this.#script.learn(asked, body);
      if (heard.outcome === "accepted") {
        ledger.accept(asked, heard.promised);
        if (heard.replayed && !this.#unsure.has(asked.mark))
          faults.add("doubled", `[HTTP-2] ${asked.mark}${wasRefused ? ", refused with 507," : ""} was done`);
        return;
      }
      if (heard.outcome === "refused") return ledger.refuse(asked, seqOf(answer), heard.code);
      if (answer.status === 507) {
        this.#tally.full += 1;
        this.#refused.push(asked);
        return;
      }
      if (answer.status !== 503) break;
      this.#tally.busy += 1;
      this.#unsure.add(asked.mark);
      await new Promise((wake) => setTimeout(wake, PAUSE_MS));
    }
    faults.add("other", `[HTTP-2] ${asked.mark} is never answered but with 503 or otherwise`);
  }
}
