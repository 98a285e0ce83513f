import { fsync, mkdtempSync, openSync, rmSync, write } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Connection } from "../workerd/connection.ts";
import type { Server } from "../workerd/server.ts";
import { stop } from "../workerd/server.ts";
import type { Seen } from "./crowd-member.ts";
import { CrowdMember } from "./crowd-member.ts";
import { quantile } from "./load.ts";
import { post } from "./objects.ts";
import { processorMs, residentMiB, startRooms } from "./servers.ts";

/**
 * npm run load [-- --minutes 10] [--agents 200] [--listeners 20] [--rooms 500]: a crowd in one room, each agent with a socket
 * on which it invokes once a second and has a wait open, and beside it many rooms with an agent each that invokes every five
 * seconds. Listeners hear of every event, the other agents of the crowd of a view as it changes. At the end every counter has
 * to be what was acknowledged. It ends with 1 where anything was refused, lost, doubled or late by 15 seconds.
 *
 * Beside it a file of its own is written and synchronised ten times a second: what the disk makes a commit wait for. `TMPDIR`
 * says where the rooms are stored.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    agents: { type: "string", default: "200" },
    listeners: { type: "string", default: "20" },
    rooms: { type: "string", default: "500" },
  },
});
const MINUTES = Number(values.minutes);
const INVOKE_MS = 1_000;
const LONE_INVOKE_MS = 5_000;
const ROUND_MS = 10_000;
const LOOK_MS = 5_000;
const OPENED_TOGETHER = 25;
const PROBE_MS = 100;

interface Made {
  readonly id: string;
  readonly token: string;
  readonly members: readonly CrowdMember[];
}

/** Makes one room with its agents, in each of which `count` counts by agent. */
async function gather(server: Server, agents: number, listeners: number, seen: Seen): Promise<Made> {
  const connection = await Connection.open(server.port);
  const { id, token } = await post<{ id: string; token: string }>(connection, "/rooms", undefined, {});
  const register = (kind: "action" | "view", params: object) =>
    post(connection, `/rooms/${id}/actions/_register_${kind}/invoke`, token, { params });
  await register("action", { id: "count", writes: [{ key: "${self}", increment: 1 }] });
  await register("action", { id: "ring", writes: [{ key: "round", increment: 1 }] });
  await register("view", { id: "round", scope: "_shared", expr: "state._shared.round" });
  const members: CrowdMember[] = [];
  for (let agent = 0; agent < agents; agent++) {
    const path = `/rooms/${id}/agents`;
    const joined = await post<{ token: string }>(connection, path, token, { id: `agent-${agent}` });
    const hears = agent < listeners ? "events" : "views";
    members.push(await CrowdMember.open(server, { room: id, token: joined.token, hears }, seen));
  }
  connection.close();
  return { id, token, members };
}

/** Invokes every `ms` until it is over, from a moment of its own on. */
async function invokeEvery(member: CrowdMember, ms: number, until: number): Promise<void> {
  await sleep(Math.random() * ms);
  for (let at = performance.now(); at < until; at += ms) {
    await sleep(Math.max(0, at - performance.now()));
    await member.invoke("count", {});
  }
}

/** Rings now and then; all members have a wait open for the next round, and each has to end. */
async function ringRounds(room: Made, seen: Seen, until: number): Promise<number> {
  const [ringer] = room.members;
  let round = 0;
  while (ringer && performance.now() < until) {
    round += 1;
    const waiting = room.members.map((member) => member.wait(`state._shared.round >= ${round}`));
    await sleep(ROUND_MS);
    const rung = performance.now();
    await ringer.invoke("ring", {});
    const woken = waiting.map((wait) =>
      wait.then((held) => held && seen.wakes.push(performance.now() - rung)),
    );
    await Promise.race([Promise.all(woken), sleep(ROUND_MS)]);
    if (seen.wakes.length < round * room.members.length)
      seen.errors.push(`a wait did not end in round ${round}`);
  }
  return round;
}

/** Compares what a room counted with what was acknowledged. */
async function audit(
  server: Server,
  { id, token, members }: Made,
  rounds: number,
  seen: Seen,
): Promise<void> {
  const connection = await Connection.open(server.port);
  const answer = await connection.expect({
    method: "GET",
    path: `/rooms/${id}/context?only=state._shared`,
    token,
  });
  connection.close();
  const counted = (JSON.parse(answer) as { state: { _shared?: Record<string, number> } }).state._shared ?? {};
  for (const [agent, member] of members.entries()) {
    const acknowledged = member.accepted - (agent === 0 ? rounds : 0);
    const count = counted[`agent-${agent}`] ?? 0;
    if (count !== acknowledged) seen.errors.push(`${acknowledged} were acknowledged and ${count} counted`);
  }
}

function seenNothing(): Seen {
  return { invokes: [], wakes: [], errors: [], events: 0 };
}

/** What is looked at while the load lasts: memory, and how much had been invoked. */
interface Look {
  readonly mib: number;
  readonly invokes: number;
}

/** Looks at the quarters of the time: the tail of each, and the memory at its end. */
function quarters(looks: readonly Look[], { invokes }: Seen): string {
  const ends = [0, 0.25, 0.5, 0.75, 1].map((part) => looks[Math.ceil(looks.length * part) - 1]);
  const told = ends.slice(1).map((end, at) => {
    const times = invokes.slice(ends[at]?.invokes ?? 0, end?.invokes ?? 0);
    return `p50 ${quantile(times, 0.5).toFixed(0)}, p99 ${quantile(times, 0.99).toFixed(0)} ms, ${end?.mib.toFixed(0)} MiB`;
  });
  return `by quarters: ${told.join("; ")}`;
}

/** How long the disk takes to synchronise four KiB, ms, ten times a second until it is told to end. */
function probeDisk(folder: string): { readonly times: number[]; readonly end: () => void } {
  const times: number[] = [];
  const file = openSync(join(folder, "probe"), "w");
  const block = Buffer.alloc(4_096);
  const timer = setInterval(() => {
    const begun = performance.now();
    write(file, block, 0, block.length, 0, () => fsync(file, () => times.push(performance.now() - begun)));
  }, PROBE_MS);
  return { times, end: () => clearInterval(timer) };
}

function line(name: string, times: readonly number[]): string {
  const of = (part: number) => quantile(times, part).toFixed(1).padStart(8);
  return `${name.padEnd(28)} ${String(times.length).padStart(8)}  p50 ${of(0.5)} ms  p99 ${of(0.99)} ms  most ${of(1)} ms`;
}

const temp = mkdtempSync(join(tmpdir(), "sync-load-"));
const server = await startRooms(join(temp, "rooms"));
try {
  const [crowd, lone] = [seenNothing(), seenNothing()];
  const hall = await gather(server, Number(values.agents), Number(values.listeners), crowd);
  const cells: Made[] = [];
  for (let at = 0; at < Number(values.rooms); at += OPENED_TOGETHER) {
    const count = Math.min(OPENED_TOGETHER, Number(values.rooms) - at);
    cells.push(...(await Promise.all(Array.from({ length: count }, () => gather(server, 1, 1, lone)))));
  }
  process.stderr.write(`${hall.members.length} agents in one room, ${cells.length} rooms of one\n`);
  const looks: Look[] = [];
  const disk = probeDisk(temp);
  const [processor, own, begun] = [processorMs(server), process.cpuUsage(), performance.now()];
  const look = setInterval(
    () => looks.push({ mib: residentMiB(server), invokes: crowd.invokes.length }),
    LOOK_MS,
  );
  const until = performance.now() + MINUTES * 60_000;
  const working = [
    ...hall.members.map((member) => invokeEvery(member, INVOKE_MS, until)),
    ...cells.flatMap(({ members }) => members.map((member) => invokeEvery(member, LONE_INVOKE_MS, until))),
  ];
  const rounds = await ringRounds(hall, crowd, until);
  await Promise.all(working);
  clearInterval(look);
  disk.end();
  const seconds = (performance.now() - begun) / 1000;
  const client = process.cpuUsage(own);
  const busy = [processorMs(server) - processor, (client.user + client.system) / 1000];
  await audit(server, hall, rounds, crowd);
  for (const cell of cells) await audit(server, cell, 0, lone);
  console.log(line("invoke, in the crowd", crowd.invokes));
  console.log(line("wake, in the crowd", crowd.wakes));
  console.log(line("invoke, in a room of one", lone.invokes));
  console.log(line("the disk, 4 KiB synchronised", disk.times));
  console.log(`${crowd.events + lone.events} events were delivered`);
  const [ours, load] = busy.map((ms) => ((ms ?? 0) / seconds / 10).toFixed(0));
  console.log(`of one processor the server took ${ours} %, the load itself ${load} %`);
  console.log(`in the crowd, ${quarters(looks, crowd)}`);
  const errors = [...crowd.errors, ...lone.errors];
  console.log(
    `errors: ${errors.length}${errors.length > 0 ? `, the first: ${errors.slice(0, 3).join("; ")}` : ""}`,
  );
  for (const { members } of [hall, ...cells]) for (const member of members) member.close();
  process.exitCode = errors.length > 0 ? 1 : 0;
} finally {
  await stop(server);
  rmSync(temp, { recursive: true, force: true });
}
