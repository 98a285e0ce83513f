import type { Connection } from "../workerd/connection.ts";
import type { Server } from "../workerd/server.ts";
import { quantile } from "./load.ts";
import type { Size, Subject } from "./objects.ts";
import { createBare, createRoom } from "./objects.ts";
import type { Effort, Row } from "./samples.ts";
import { withConnections } from "./samples.ts";
import type { Scenario } from "./scenario.ts";
import { compared, round, row, scenario } from "./scenario.ts";

/** A room and the bare object beside it, of one size. */
interface Pair {
  readonly size: Size;
  readonly ours: Placed;
  readonly bare: Placed;
}

/** One of them, in its server. */
interface Placed {
  readonly server: Server;
  readonly subject: Subject;
}

/** What a pair is measured by. */
interface Planned {
  readonly size: Size;
  readonly call: "write" | "read";
  readonly measured: Scenario;
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
  const planned = plan(pairs);
  for (const { measured } of planned) await round(measured, effort.roundMs / 4, false);
  for (let turn = 1; turn <= effort.rounds; turn++) {
    progress(`round ${turn} of ${effort.rounds}`);
    for (const { measured } of planned) await round(measured, effort.roundMs, true);
  }
  progress("waking waiters");
  const [smallest] = pairs;
  const wakes = smallest ? await wakeRows(smallest, effort.wakes) : [];
  return [...planned.map(({ measured }) => row(measured)), ...growthRows(planned), ...wakes];
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

function plan(pairs: readonly Pair[]): Planned[] {
  const of = ({ size, ours, bare }: Pair, call: "write" | "read", clients: number): Planned => {
    const what = call === "write" ? "invoke" : "context";
    const how = clients === 1 ? "sequential" : `${clients} clients`;
    const name = `${what}, ${size.keys} keys, ${size.views} views, ${how}`;
    const side = ({ server, subject }: Placed) => ({ server, call: subject[call] });
    return { size, call, measured: scenario(name, clients, side(ours), side(bare)) };
  };
  const invokes = pairs.flatMap((pair) => CLIENTS.map((clients) => of(pair, "write", clients)));
  return [...invokes, ...pairs.map((pair) => of(pair, "read", 1))];
}

/** What size itself costs: the room with most keys against the room with fewest. */
function growthRows(planned: readonly Planned[]): Row[] {
  const many = Math.max(...KEYS);
  const few = Math.min(...KEYS);
  const writes = planned.filter(({ call }) => call === "write");
  return writes.flatMap(({ size, measured: large }) => {
    const small = writes.find(
      (other) =>
        other.measured.clients === large.clients &&
        other.size.keys === few &&
        other.size.views === size.views,
    );
    if (size.keys !== many || !small) return [];
    const how = large.clients === 1 ? "sequential" : `${large.clients} clients`;
    const name = `room with ${many} keys / room with ${few}, invoke, ${size.views} views, ${how}`;
    return [compared(name, large.samples.ours, small.measured.samples.ours)];
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

function wake({ server, subject }: Placed, turn: number): Promise<Wake> {
  return withConnections(
    server,
    2,
    async ([waiter, writer]) => await wakeOnce(subject, waiter, writer, turn),
  );
}

/** Has a write wake a waiter. */
export async function wakeOnce(
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
