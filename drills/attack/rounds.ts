import type { Dice } from "../random.ts";
import type { Judge } from "./judge.ts";
import { Target } from "./target.ts";

/** A target is attacked by so many clients at once, */
const LANES = 16;
/** is looked at as often, ms, */
const PROBE_MS = 50;
/** and makes way for a fresh one after so many requests, before what is valid among them has filled it. */
const SENT_TO_A_TARGET = 4_000;

/** One of several clients that attack a target at once. */
export interface Lane {
  readonly target: Target;
  readonly port: number;
  /** How much it sends. */
  readonly count: number;
  readonly dice: Dice;
  readonly judge: Judge;
}

/** Sends `count` of what `attack` sends. */
export async function inRounds(
  attack: (lane: Lane) => Promise<void>,
  { name, port, count, dice, judge }: Omit<Lane, "target"> & { readonly name: string },
): Promise<void> {
  for (let sent = 0; sent < count; sent += SENT_TO_A_TARGET) {
    const target = await Target.create(port, `${name}-${sent}`);
    const share = Math.ceil(Math.min(SENT_TO_A_TARGET, count - sent) / LANES);
    const lane = () => attack({ target, port, count: share, dice: dice.fork(), judge });
    await probing(target, Promise.all(Array.from({ length: LANES }, lane)), judge);
  }
}

/** Looks whether the target works while it is attacked, and afterwards. */
async function probing(target: Target, attack: Promise<unknown>, judge: Judge): Promise<void> {
  let isOver = false;
  const over = Promise.allSettled([attack]).then(() => {
    isOver = true;
  });
  const note = (fault: string | null) => {
    if (fault) judge.fault(`the room does not work: ${fault}`);
  };
  while (!isOver) {
    note(await target.probe());
    await new Promise((wake) => setTimeout(wake, PROBE_MS));
  }
  await over;
  await attack;
  note(await target.probe());
  note(await target.verify());
}
