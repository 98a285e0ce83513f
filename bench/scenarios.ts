import type { Connection } from "../workerd/connection.ts";
import type { Server } from "../workerd/server.ts";
import { quantile, throughput } from "./load.ts";
import type { Size, Subject } from "./objects.ts";
import { createBare, createRoom } from "./objects.ts";
import type { Effort, Row, Sample } from "./samples.ts";
import { inTurn, processorOf, rateOf, withConnections } from "./samples.ts";
import { processorMs } from "./servers.ts";

export interface Side {
  readonly server: Server;
  readonly subject: Subject;
}

export interface Pair {
  readonly size: Size;
  readonly ours: Side;
  readonly bare: Side;
}

export interface Scenario {
  readonly name: string;
  readonly pair: Pair;
  readonly clients: number;
  readonly call: "write" | "read";
  readonly samples: { readonly ours: Sample[]; readonly bare: Sample[] };
}

const KEYS = [10, 1_000, 10_000];
const VIEWS = [0, 50];
export const CLIENTS = [1, 16];
/** A waiter often hears in the same instant as the writer, or before: no ratio is made of less. */
const LEAST_MS = 0.1;
/** A waiting call has reached its object by then. */
const SETTLE_MS = 10;

/** Measures everything, the two sides in turns, so that a disturbance of the machine meets both. */
export async function measure(
  rooms: Server,
  bare: Server,
  effort: Effort,
  progress: (text: string) => void,
): Promise<Row[]> {
  progress("filling rooms");
  const pairs: Pair[] = [];
  for (const views of VIEWS)
    for (const keys of KEYS) pairs.push(await createPair(rooms, bare, { keys, views }));
  const scenarios = plan(pairs);
  for (const scenario of scenarios) await round(scenario, effort.roundMs / 4, false);
  for (let turn = 1; turn <= effort.rounds; turn++) {
    progress(`round ${turn} of ${effort.rounds}`);
    for (const scenario of scenarios) await round(scenario, effort.roundMs, true);
  }
  progress("waking waiters");
  const [smallest] = pairs;
  const wakes = smallest ? await wakeRows(smallest, effort.wakes) : [];
  return [...scenarios.map(row), ...growthRows(scenarios), ...wakes];
}

async function createPair(rooms: Server, bare: Server, size: Size): Promise<Pair> {
  const room = await createRoom(rooms, size);
  const bytes = await withConnections(
    rooms,
    1,
    async ([connection]) => await connection?.expect(room.read(0)),
  );
  const object = await createBare(bare, size, bytes ?? "");
  return { size, ours: { server: rooms, subject: room }, bare: { server: bare, subject: object } };
}

function plan(pairs: readonly Pair[]): Scenario[] {
  const scenario = (pair: Pair, call: "write" | "read", clients: number): Scenario => {
    const what = call === "write" ? "invoke" : "context";
    const how = clients === 1 ? "sequential" : `${clients} clients`;
    const name = `${what}, ${pair.size.keys} keys, ${pair.size.views} views, ${how}`;
    return { name, pair, clients, call, samples: { ours: [], bare: [] } };
  };
  const invokes = pairs.flatMap((pair) => CLIENTS.map((clients) => scenario(pair, "write", clients)));
  return [...invokes, ...pairs.map((pair) => scenario(pair, "read", 1))];
}

let turns = 0;

export async function round(
  { pair, clients, call, samples }: Scenario,
  ms: number,
  counts: boolean,
): Promise<void> {
  for (const side of inTurn("ours", "bare", samples.ours.length + 1)) {
    const { server, subject } = pair[side];
    const offset = turns;
    const before = processorMs(server);
    const rate = await withConnections(server, clients, (connections) =>
      throughput(connections, (turn) => subject[call](offset + turn), ms),
    );
    const calls = (rate * ms) / 1000;
    turns += Math.ceil(calls) + clients;
    if (counts) samples[side].push({ rate, count: calls, processorMs: processorMs(server) - before });
  }
}

export function row({ name, samples }: Scenario): Row {
  const ours = rateOf(samples.ours);
  const bare = rateOf(samples.bare);
  const processor = { ours: processorOf(samples.ours), bare: processorOf(samples.bare) };
  return { name, unit: "calls/s", ours, bare, ratio: ours / bare, processor };
}

/** What size itself costs: the room with most keys against the room with fewest. */
function growthRows(scenarios: readonly Scenario[]): Row[] {
  const many = Math.max(...KEYS);
  const few = Math.min(...KEYS);
  const grown = scenarios.filter(({ pair, call }) => pair.size.keys === many && call === "write");
  return grown.flatMap((large) => {
    const { clients, pair } = large;
    const small = scenarios.find(
      (other) =>
        other.call === "write" &&
        other.clients === clients &&
        other.pair.size.keys === few &&
        other.pair.size.views === pair.size.views,
    );
    if (!small) return [];
    const how = clients === 1 ? "sequential" : `${clients} clients`;
    const ours = rateOf(large.samples.ours);
    const bare = rateOf(small.samples.ours);
    const processor = { ours: processorOf(large.samples.ours), bare: processorOf(small.samples.ours) };
    const name = `room with ${many} keys / room with ${few}, invoke, ${pair.size.views} views, ${how}`;
    return [{ name, unit: "calls/s", ours, bare, ratio: ours / bare, processor }];
  });
}

interface Wake {
  /** ms from sending the write to the waiter's answer. */
  readonly sinceSent: number;
  /** ms from the writer's answer to the waiter's; below 0 where the waiter hears first. */
  readonly sinceAnswered: number;
  /** ms from sending the write to the writer's answer. */
  readonly roundTrip: number;
}

async function wakeRows(pair: Pair, count: number): Promise<Row[]> {
  const ours: Wake[] = [];
  const bare: Wake[] = [];
  for (let turn = 0; turn < count; turn++) {
    ours.push(await wake(pair.ours, turn));
    bare.push(await wake(pair.bare, turn));
  }
  return [0.5, 0.99].flatMap((part) => {
    const of = (wakes: readonly Wake[], field: keyof Wake) =>
      quantile(
        wakes.map((sample) => sample[field]),
        part,
      );
    const latency = (name: string, left: number, right: number): Row => {
      const text = `p${part * 100} ${name}`;
      return { name: text, unit: "ms", ours: left, bare: right, ratio: right / Math.max(left, LEAST_MS) };
    };
    return [
      latency("wake: write sent → waiter answered", of(ours, "sinceSent"), of(bare, "sinceSent")),
      latency(
        "wake after the write's answer / bare round trip",
        of(ours, "sinceAnswered"),
        of(bare, "roundTrip"),
      ),
    ];
  });
}

function wake({ server, subject }: Side, turn: number): Promise<Wake> {
  return withConnections(
    server,
    2,
    async ([waiter, writer]) => await wakeOnce(subject, waiter, writer, turn),
  );
}

async function wakeOnce(
  subject: Subject,
  waiter: Connection | undefined,
  writer: Connection | undefined,
  turn: number,
): Promise<Wake> {
  if (!waiter || !writer) throw new Error("a wake needs two connections");
  const woken = waiter.expect(subject.hold(turn)).then(() => performance.now());
  await new Promise((settled) => setTimeout(settled, SETTLE_MS));
  const sent = performance.now();
  await writer.expect(subject.ring(turn));
  const answered = performance.now();
  const heard = await woken;
  return { sinceSent: heard - sent, sinceAnswered: heard - answered, roundTrip: answered - sent };
}
