import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildRooms } from "../workerd/rooms.ts";
import type { Server } from "../workerd/server.ts";
import { prepare, start, stop } from "../workerd/server.ts";
import { costliest } from "./attack/costs.ts";
import { ExpressionAttack } from "./attack/expressions.ts";
import { attackFrames } from "./attack/frames.ts";
import { Judge } from "./attack/judge.ts";
import { attackRequests } from "./attack/requests.ts";
import type { Lane } from "./attack/rounds.ts";
import { inRounds } from "./attack/rounds.ts";
import { Target } from "./attack/target.ts";
import { attackTools } from "./attack/tools.ts";
import { Dice } from "./random.ts";

/**
 * npm run attack [-- --requests N] [-- --seed S] [-- --only requests|frames|tools|expressions]: workerd on the built
 * Worker is sent what no client would send. Ends with 1 where an answer is none of the contract's, tells of the inside,
 * or does not come, or where the room does not work afterwards (docs/reliability.md).
 */
const { values } = parseArgs({
  options: { requests: { type: "string" }, seed: { type: "string" }, only: { type: "string" } },
});
const requests = Number(values.requests ?? 3_000);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (!Number.isSafeInteger(requests) || !Number.isSafeInteger(seed))
  throw new Error("N and S are whole numbers");

/** SPEC.md, section 12: what the worst expression may hold a room for. */
const MOST_CPU_MS = 100;

type Part = (server: Server, judge: Judge) => Promise<void>;

/** A part that sends its share of all that is sent. */
function share(name: string, part: number, attack: (lane: Lane) => Promise<void>): Part {
  const count = Math.ceil(requests * part);
  return ({ port }, judge) => inRounds(attack, { name, port, count, dice: new Dice(seed), judge });
}

/** One room, one expression after the other: what each call takes is what the room takes, and the way there and back. */
async function expressions({ port }: Server, judge: Judge): Promise<void> {
  const target = await Target.create(port, "expressions");
  const count = Math.ceil(requests * 0.1);
  const attack = await ExpressionAttack.begin({ target, port, count, dice: new Dice(seed), judge });
  const slowest = await attack.run();
  for (const fault of [await target.probe(), await target.verify()]) if (fault) judge.fault(fault);
  console.log(`slowest: ${slowest?.ms.toFixed(1)} ms, ${slowest?.text.slice(0, 200)}`);
}

/** Expressions alone, without a room around them: what each takes of the processor. */
async function costs(_server: Server, judge: Judge): Promise<void> {
  const [dearest] = costliest(requests, new Dice(seed));
  if (!dearest) return;
  const told = `${dearest.cpuMs.toFixed(1)} ms of the processor, ${dearest.steps} steps, ${dearest.text.slice(0, 200)}`;
  console.log(`costliest of ${requests}: ${told}`);
  if (dearest.cpuMs > MOST_CPU_MS) judge.fault(`an expression takes ${told}`);
}

const PARTS: Readonly<Record<string, Part>> = {
  requests: share("requests", 0.6, attackRequests),
  frames: share("frames", 0.25, attackFrames),
  tools: share("tools", 0.15, attackTools),
  expressions,
  costs,
};
const chosen = values.only === undefined ? Object.keys(PARTS) : [values.only];

async function run(server: Server): Promise<boolean> {
  let good = true;
  for (const name of chosen) {
    const part = PARTS[name];
    if (!part) throw new Error(`--only takes one of ${Object.keys(PARTS).join(", ")}`);
    const [judge, begun] = [new Judge(), performance.now()];
    await part(server, judge);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    console.log(`${name}: seed ${seed}, ${judge.judged} answers in ${seconds} s, ${judge.faults} faults`);
    console.log(`  ${listed(judge.counts)}`);
    for (const fault of judge.told) console.error(`  ${fault}`);
    good &&= judge.faults === 0;
  }
  return good;
}

function listed(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  return sorted.map(([name, count]) => `${name} ${count}`).join(", ");
}

const folder = mkdtempSync(join(tmpdir(), "sync-attack-"));
const server = await start(await prepare(await buildRooms(join(folder, "rooms"))));
process.once("exit", () => server.process.kill("SIGKILL"));
try {
  process.exitCode = (await run(server)) ? 0 : 1;
} finally {
  await stop(server);
  rmSync(folder, { recursive: true, force: true });
}
