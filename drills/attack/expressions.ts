import type { Answer } from "../../workerd/connection.ts";
import { Connection } from "../../workerd/connection.ts";
import type { Dice } from "../random.ts";
import { FURNITURE, hostileExpression } from "./hostile-expressions.ts";
import { parsed } from "./judge.ts";
import type { Lane } from "./rounds.ts";

/** What may never be true, whatever the expression is worth and however it fails. */
const NEVER_TRUE: readonly ((text: string) => string)[] = [
  (text) => `(${text}) == (${text}) && false`,
  (text) => `!(true || (${text}) == 1)`,
  (text) => `[${text}].exists(z, false)`,
];

/** So many of the slowest are asked again, so often: what else the machine does is not theirs. */
const ASKED_AGAIN = 20;
const TIMES_AGAIN = 7;

interface Timed {
  readonly text: string;
  readonly ms: number;
}

/** A room that evaluates hostile expressions one after the other, and as conditions that may not hold. */
export class ExpressionAttack {
  readonly #lane: Lane;
  readonly #connection: Connection;
  #slowest: Timed[] = [];

  private constructor(lane: Lane, connection: Connection) {
    this.#lane = lane;
    this.#connection = connection;
  }

  /** Writes what there is to be large with, so that expressions may name it in few characters. */
  static async begin(lane: Lane): Promise<ExpressionAttack> {
    const attack = new ExpressionAttack(lane, await Connection.open(lane.port));
    const put = { id: "bulk", writes: [{ scope: "_bulk", key: "${params.key}", value: "${params.value}" }] };
    await attack.#post("/actions/_register_action/invoke", { params: put });
    for (const [key, value] of Object.entries(FURNITURE)) {
      const { status, body } = await attack.#post("/actions/bulk/invoke", { params: { key, value } });
      if (status !== 200) throw new Error(`furnish ${key}: ${status} ${body}`);
    }
    return attack;
  }

  /** Asks them all, and answers the slowest in ms of the whole call, each as fast as it was once. */
  async run(): Promise<Timed | undefined> {
    const { count, dice, judge } = this.#lane;
    for (let asked = 0; asked < count; asked++) {
      const text = hostileExpression(dice);
      const { answer, ms } = await this.#evaluate(text);
      judge.http(answer, `eval ${text}`, false);
      this.#slowest = [...this.#slowest, { text, ms }].sort((a, b) => b.ms - a.ms).slice(0, ASKED_AGAIN);
      await this.#isNeverTrue(text, dice);
    }
    const again: Timed[] = [];
    for (const { text } of this.#slowest) {
      let ms = Number.POSITIVE_INFINITY;
      for (let time = 0; time < TIMES_AGAIN; time++) ms = Math.min(ms, (await this.#evaluate(text)).ms);
      again.push({ text, ms });
    }
    this.#connection.close();
    return again.sort((a, b) => b.ms - a.ms)[0];
  }

  async #isNeverTrue(text: string, dice: Dice): Promise<void> {
    const form = dice.pick(NEVER_TRUE)(text);
    if ((await this.#answerTo(form)).value === true) this.#lane.judge.fault(`a false true: ${form}`);
    // Over its budget while it runs, and not only when it is written out: whatever absorbs errors cannot make it true.
    if ((await this.#answerTo(`size([${text}]) == 1`)).error !== "cel_budget_exceeded") return;
    for (const absorbed of [`(${text}) == 1 || true`, `!((${text}) == 1 && false)`]) {
      const { value } = await this.#answerTo(absorbed);
      if (value === true) this.#lane.judge.fault(`a false true: ${absorbed}`);
    }
  }

  async #answerTo(expr: string): Promise<{ readonly value?: unknown; readonly error?: string }> {
    return (parsed((await this.#evaluate(expr)).answer.body) ?? {}) as { value?: unknown; error?: string };
  }

  async #evaluate(expr: string): Promise<{ readonly answer: Answer; readonly ms: number }> {
    const begun = performance.now();
    const answer = await this.#post("/eval", { expr });
    return { answer, ms: performance.now() - begun };
  }

  #post(path: string, body: object): Promise<Answer> {
    const { target } = this.#lane;
    const text = JSON.stringify(body);
    const token = target.tokens.ana;
    return this.#connection.send({ method: "POST", path: `/rooms/${target.id}${path}`, token, body: text });
  }
}
