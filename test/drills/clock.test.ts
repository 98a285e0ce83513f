import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { Dice } from "../../drills/random.ts";
import { holdClock, releaseClock } from "../support/object-room.ts";
import { proofOf, TIME_LIMIT } from "../support/proof.ts";
import type { Body } from "../support/room.ts";
import { Client } from "../support/room.ts";
import { HOUR, TimedRoom } from "../support/timed-room.ts";

const { runs, seed } = proofOf({ runs: 1, seed: 20260302 });
const STEPS = 50;

beforeAll(holdClock);
afterAll(releaseClock);

interface Lease {
  readonly holder: string;
  readonly fence: number;
}

/** Whoever was answered that it holds a lock holds it alone: fences grow, and the lock says the same. */
async function checkLease(timed: TimedRoom, leases: Map<string, Lease>, body: Body): Promise<void> {
  const { name } = body.params;
  const fence = body.result;
  expect(fence, `the fence of ${name}`).toBeGreaterThan(leases.get(name)?.fence ?? 0);
  leases.set(name, { holder: body.agent, fence });
  const { value } = await timed.room.viewer.eval(`state._locks["${name}"]`);
  expect(value).toMatchObject({ holder: body.agent, fence });
}

/** A token is good until the instant that it says, by the clock as it is. */
async function checkToken(timed: TimedRoom, tokens: { client: Client; expiresAt: number }[]): Promise<void> {
  const minted = await timed.room.owner.call("/tokens", { body: { kind: "view", expires_in: 1_800 } });
  const { token, expires_at } = minted.body;
  tokens.push({ client: new Client(timed.room.id, token), expiresAt: Date.parse(expires_at) });
  for (const { client, expiresAt } of tokens)
    expect((await client.call("")).status).toBe(Date.now() < expiresAt ? 200 : 401);
}

async function run(dice: Dice, counts: Record<string, number>): Promise<void> {
  const timed = await TimedRoom.open(dice.fork());
  const leases = new Map<string, Lease>();
  const tokens: { client: Client; expiresAt: number }[] = [];
  let latest = Date.now();
  for (let step = 0; step < STEPS; step++) {
    const jump = dice.below(3) === 0 ? dice.below(2 * HOUR) - HOUR : dice.below(60_000);
    vi.setSystemTime(Date.now() + jump);
    latest = Math.max(latest, Date.now());
    if (jump < 0) counts.back! += 1;
    if (dice.below(4) === 0) await timed.ring();
    const { action, answer } = await timed.act();
    if (action === "acquire" && answer.status === 200) await checkLease(timed, leases, answer.body);
    if (step % 10 === 0) await checkToken(timed, tokens);
  }
  // Whatever was set is due two hours after the latest that the clock ever was.
  vi.setSystemTime(latest + 2 * HOUR);
  await timed.ring();
  const { events, fired } = await timed.check();
  counts.events! += events;
  counts.fired! += fired;
  counts.leases! += leases.size;
}

it(
  "[LOG-2] [TIMER-2] [TPL-2] a clock that jumps an hour on or back fires each timer once, and keeps leases, tokens and ts",
  async () => {
    const counts = { steps: runs * STEPS, back: 0, events: 0, fired: 0, leases: 0 };
    for (let number = 0; number < runs; number++) await run(new Dice(seed + number), counts);
    console.log(`drill: ${JSON.stringify(counts)}`);
    expect(counts.back).toBeGreaterThan(runs);
    expect(counts.fired).toBeGreaterThan(runs);
  },
  TIME_LIMIT,
);
