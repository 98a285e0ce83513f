import type { Call } from "../workerd/connection.ts";
import type { Act } from "./acts.ts";
import { ACTS } from "./acts.ts";
import type { AnswerBody } from "./heard.ts";
import type { Asked } from "./ledger.ts";
import type { Dice } from "./random.ts";

/** What one agent asks for, call after call. It draws as often whatever is answered, so that a seed gives the same calls. */
export class Script {
  readonly #agent: string;
  readonly #dice: Dice;
  readonly #hashes = new Map<string, string>();
  #calls = 0;

  constructor(agent: string, dice: Dice) {
    this.#agent = agent;
    this.#dice = dice;
  }

  next(): Asked {
    const act: Act = this.#dice.pick(ACTS);
    this.#calls += 1;
    const mark = `${this.#agent}.${this.#calls}`;
    const params = act.params(mark, this.#dice, (key) => this.#hashes.get(key) ?? "");
    return { mark, agent: this.#agent, action: act.action, params };
  }

  /** Notes what an answer tells of a cell: its hash is what the next swap has to know. */
  learn({ action, params }: Asked, { writes, current }: AnswerBody): void {
    if (action !== "swap") return;
    const [write] = (writes ?? []) as { hash: string }[];
    const hash = write?.hash ?? current?.hash;
    if (hash !== undefined) this.#hashes.set(String(params.key), hash);
  }
}

/** The call over HTTP, its mark as the idempotency key. */
export function requestOf(room: string, token: string, { mark, action, params }: Asked): Call {
  const path = `/rooms/${room}/actions/${action}/invoke`;
  return { method: "POST", path, token, body: JSON.stringify({ params, idempotency_key: mark }) };
}
