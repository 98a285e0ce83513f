import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect } from "vitest";
import { Faults } from "../../drills/faults.ts";
import type { Dice } from "../../drills/random.ts";
import { TimerLedger } from "../../drills/timer-ledger.ts";
import { fold, standingTimers } from "./fold.ts";
import { timedRows, wholeLog } from "./ledger.ts";
import type { Answer, Client, TestRoom } from "./room.ts";
import { createRoom, roomObject } from "./room.ts";

export const HOUR = 3_600_000;

/** Refusals that come of timers and of others' writes. */
const EXPECTED = [200, 201, 404, 409];

const timed = (id: string, effect: string) => ({
  id,
  writes: [{ key: "${params.k}", value: "${params.v}", timer: { ms: "${params.ms}", effect } }],
});

const ACTIONS = [
  timed("lend", "delete"),
  timed("hide", "enable"),
  { id: "plain", writes: [{ key: "${params.k}", value: "${params.v}" }] },
  { id: "drop", writes: [{ key: "${params.k}", delete: true }] },
  { id: "cool", writes: [], on_invoke: { timer: { ms: 600_000 } } },
];

/** A room of many timers by the wall clock, that three agents use. Its clock is to be held. */
export class TimedRoom {
  readonly room: TestRoom;
  readonly agents: readonly Client[];
  readonly #dice: Dice;
  calls = 0;

  private constructor(room: TestRoom, agents: readonly Client[], dice: Dice) {
    this.room = room;
    this.agents = agents;
    this.#dice = dice;
  }

  static async open(dice: Dice): Promise<TimedRoom> {
    const room = await createRoom({ template: "lock" });
    const agents = await Promise.all(["ana", "bob", "cleo"].map((id) => room.join(id)));
    for (const action of ACTIONS) await room.owner.do("_register_action", action);
    return new TimedRoom(room, agents, dice);
  }

  /** One call by chance, which sets timers, cancels them or begins a cooldown. Answers what was asked for, too. */
  async act(): Promise<{ who: Client; action: string; answer: Answer }> {
    const who = this.#dice.pick(this.agents);
    const [k, v, ms] = [`k${this.#dice.below(6)}`, this.#dice.below(100), 1 + this.#dice.below(HOUR)];
    const name = `l${this.#dice.below(2)}`;
    const [action, params] = this.#dice.pick([
      ["lend", { k, v, ms }],
      ["hide", { k, v, ms }],
      ["plain", { k, v }],
      ["drop", { k }],
      ["cool", {}],
      ["acquire", { name, lease_ms: 1_000 + this.#dice.below(HOUR - 1_000) }],
      [
        "_register_action",
        {
          id: `brief${this.#dice.below(2)}`,
          writes: [],
          timer: { ms, effect: this.#dice.pick(["delete", "enable"]) },
        },
      ],
    ] as const);
    this.calls += 1;
    const answer = await who.invoke(action, params);
    expect(EXPECTED, `${action} ${JSON.stringify(answer.body)}`).toContain(answer.status);
    return { who, action, answer };
  }

  /** The alarm rings, as often as it likes. */
  async ring(): Promise<void> {
    const object = roomObject(this.room.id);
    if (this.#dice.below(2) === 0) await runDurableObjectAlarm(object);
    else await runInDurableObject(object, (inside) => inside.alarm());
  }

  /** Holds the log, as of an instant by which all that is due must have fired, against the rules of timers. */
  async check(): Promise<{ events: number; fired: number }> {
    await this.room.viewer.call("");
    const faults = new Faults();
    const ledger = new TimerLedger(faults);
    const log = await wholeLog(this.room.owner);
    for (const event of log) ledger.take(event);
    ledger.end(new Date().toISOString());
    expect(faults.told).toEqual([]);
    expect(await timedRows(this.room.id)).toEqual(standingTimers(fold(log)));
    return { events: log.length, fired: ledger.fired };
  }
}
