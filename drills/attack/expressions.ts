import type { Answer } from "../../workerd/connection.ts";
import { Connection } from "../../workerd/connection.ts";
import type { Dice } from "../random.ts";
import { parsed } from "./judge.ts";
import type { Lane } from "./rounds.ts";

/** What expressions have to be large with; every part is asked of by some of them. */
const FURNITURE = {
  list: Array.from({ length: 5_000 }, (_, index) => index),
  words: Array.from({ length: 2_000 }, (_, index) => `a long common prefix ${(index * 7_919) % 5_003}`),
  long: "a".repeat(32_000),
  spaces: " ".repeat(32_000),
  accents: "é😀".repeat(8_000),
  object: Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`k${index}`, { n: [index] }])),
};

const S = "state._bulk";
const LISTS = [
  `${S}.list`,
  `${S}.words`,
  `${S}.object.keys()`,
  `${S}.object.values()`,
  `${S}.object.entries()`,
];
const TEXTS = [`${S}.long`, `${S}.spaces`, `${S}.accents`, "'😀é'", `string(${S}.list)`];
const PATTERNS = [
  "(a+)+$",
  "(a|a)*b",
  "(a|aa)+$",
  "(.*)*x",
  "(a?){60}a{60}",
  "(a+a+)+b",
  ".{200}b",
  "(?i)[\\\\pL\\\\pN]{20}",
  "^(([a-z])+.)+[A-Z]([a-z])+$",
  "(x+x+)+y",
  "(?:a{0,30}){0,30}",
  "\\\\b(a|b|ab)*\\\\b",
  "[é-힣]{30}",
  "(((((a*)*)*)*)*)*$",
  "a{1000}",
  "(",
  "\\\\1(a)",
  "(?=a)",
  "(?P<x>a)(?P<x>b)",
  "[[:alpha:]",
];
const NAMES = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "valueOf",
  "__defineGetter__",
  "hasOwnProperty",
];
const TIMES = [
  "timestamp('0001-01-01T00:00:00Z')",
  "timestamp('9999-12-31T23:59:59.999999999Z')",
  "timestamp(253402300800)",
  "timestamp(-62135596801)",
  "duration('315576000000s')",
  "duration('-9999999999999h')",
  "now",
];

type Maker = (dice: Dice) => string;

/** Whether they are true or fail is nobody's business: what counts is what they cost, and what is made of them. */
const MAKERS: readonly Maker[] = [
  (dice) => `${dice.pick(LISTS)}.map(x, ${dice.pick(LISTS)}.map(y, string(x) + string(y)))`,
  (dice) => `${dice.pick(LISTS)}.all(x, ${dice.pick(LISTS)}.exists(y, x == y && y == ${dice.below(9)}))`,
  (dice) =>
    `${dice.pick(LISTS)}.filter(x, ${dice.pick(TEXTS)}.matches('${dice.pick(PATTERNS)}' + string(x)))`,
  (dice) => `${dice.pick(TEXTS)}.matches('${dice.pick(PATTERNS)}')`,
  (dice) => `${S}.words.map(x, x.matches('${dice.pick(PATTERNS)}'))`,
  (dice) =>
    doubled(
      dice.pick(["%s + %s", "[%s, %s]", "{'a': %s, 'b': %s}", "%s.map(x, %s)"]),
      2 + dice.below(8),
      dice,
    ),
  (dice) => `${S}.list.map(x, ${dice.pick(["sort", "min", "max", "sum"])}(${dice.pick(LISTS)}))`,
  (dice) => `${S}.list.map(x, ${dice.pick(TEXTS)}.${dice.pick(TEXT_CALLS)})`,
  (dice) => `'${"%s".repeat(1 + dice.below(40))}'.format([${dice.pick(LISTS)}, ${dice.pick(TEXTS)}])`,
  (dice) => `'%.${dice.below(2_000)}f %e %x %b'.format([1e308, 5e-324, ${dice.pick(TEXTS)}, -1])`,
  (dice) => `${dice.pick(["state", "params", "self", "{}", "views", "''", "[]"])}.${dice.pick(NAMES)}`,
  (dice) => `state._bulk['${dice.pick(NAMES)}'].${dice.pick(NAMES)}('return 1')`,
  (dice) => `{'${dice.pick(NAMES)}': ${dice.pick(LISTS)}}.${dice.pick(NAMES)}.map(x, x)`,
  (dice) =>
    nestedIn(dice.pick(["(%)", "[%]", "!%", "-%", "{'a': %}", "size(%)", "% ? 1 : 2"]), 5 + dice.below(400)),
  (dice) => `[${Array.from({ length: 20 + dice.below(300) }, () => dice.below(1e9)).join(", ")}].sort()`,
  (dice) => `'${"x".repeat(dice.below(6_000))}' + ${dice.pick(TEXTS)}`,
  (dice) => `${dice.pick(TIMES)} ${dice.pick(["+", "-", "<", "=="])} ${dice.pick(TIMES)}`,
  (dice) =>
    `${S}.list.map(x, ${dice.pick(TIMES)}.getHours('${dice.pick(["Europe/Berlin", "+99:99", "x/../y"])}'))`,
  (dice) =>
    `${dice.pick(["9223372036854775807", "-9223372036854775808", "18446744073709551615u"])} ${dice.pick(["+", "*", "-", "/", "%"])} ${dice.pick(["1", "-1", "0", "2u", "1e308"])}`,
  (dice) =>
    `${dice.pick(["state", S, "agents", "actions", "messages"])} == ${dice.pick(["state", S, "views"])}`,
  (dice) => `state.map(s, state[s].map(k, ${dice.pick(TEXTS)} + string(state[s][k])))`,
  (dice) => `top_n(state._bulk, ${dice.below(1e6)}) + salient('_bulk', ${dice.below(3)} - 1.5)`,
  (dice) => `${S}.words.join(${dice.pick(TEXTS)}).split('${dice.pick(["", "a", " "])}').reverse()`,
  (dice) => `b'\\xff\\xfe' == bytes(${dice.pick(TEXTS)}) || string(b'\\xff') == ''`,
];

const TEXT_CALLS = [
  "split('')",
  "replace('a', 'aaaa')",
  "replace('', 'b')",
  "upperAscii().lowerAscii()",
  "trim()",
  "substring(1)",
  "indexOf('b')",
  "lastIndexOf('')",
  "charAt(31999)",
  "contains('ab')",
  "size()",
];

function doubled(operator: string, levels: number, dice: Dice): string {
  const start = dice.pick([...LISTS, ...TEXTS, "[1, 2, 3]"]);
  const names = Array.from({ length: levels }, (_, index) => `v${index}`);
  const binds = names.map((name, index) => {
    const inner = index === 0 ? start : operator.replaceAll("%s", `v${index - 1}`);
    return `cel.bind(${name}, ${inner}, `;
  });
  return `${binds.join("")}v${levels - 1}${")".repeat(levels)}`;
}

function nestedIn(shape: string, depth: number): string {
  const [before = "", after = ""] = shape.split("%");
  return `${before.repeat(depth)}true${after.repeat(depth)}`;
}

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
      const text = dice.pick(MAKERS)(dice);
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
