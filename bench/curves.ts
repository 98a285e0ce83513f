import type { Call } from "../workerd/connection.ts";
import type { Server } from "../workerd/server.ts";
import type { Throughput } from "./load.ts";
import type { Size, Subject } from "./objects.ts";
import { createBare, createRoom, LAST_WRITES } from "./objects.ts";
import type { Effort, Row } from "./samples.ts";
import { withConnections } from "./samples.ts";
import type { Scenario, Side } from "./scenario.ts";
import { compared, round, row, scenario } from "./scenario.ts";
import { wakeOnce } from "./scenarios.ts";
import { overSockets } from "./socket-caller.ts";

/** Where the curves cross: each grows from here in one direction. */
const BASE = { keys: 1_000, views: 0, events: 0 };
/** The most keys are as many as the limit of entries leaves room for beside agents and actions. */
const GROWN = {
  keys: [10, 1_000, 10_000, 49_500],
  views: [0, 50, 500],
  events: [0, 5_000, 100_000],
} as const;
type Axis = keyof typeof GROWN;
const AXES = Object.keys(GROWN) as Axis[];
const CLIENTS = [16, 64];

/** A room at a point of a curve, and a bare object that holds as many rows. */
interface Point {
  readonly size: Size;
  readonly room: Subject;
  readonly object: Subject;
}

/** A call whose cost is measured at each point. */
interface Kind {
  readonly name: string;
  readonly ours: (room: Subject) => (turn: number) => Call;
  /** What the bare object does in its place; one that only reads answers the bytes that the room answered. */
  readonly bare: ((object: Subject) => (turn: number) => Call) | "bytes";
  /** How the calls are made, where not by a connection each. */
  readonly by?: "frames" | "wakes";
  /** So many events at most: the bare object cannot be given more bytes at once than a call brings. */
  readonly mostEvents?: number;
}

const KINDS: readonly Kind[] = [
  { name: "invoke", ours: (room) => room.write, bare: (object) => object.write },
  { name: "batch of 100", ours: (room) => room.writeMany, bare: (object) => object.writeMany },
  { name: "invoke by socket", ours: (room) => room.command, bare: (object) => object.command, by: "frames" },
  { name: "wake, write sent → waiter answered", ours: briefHold, bare: briefHold, by: "wakes" },
  { name: "context", ours: (room) => room.read, bare: "bytes" },
  {
    name: "delta of 10 writes",
    ours: (room) => room.ask((seq) => `/context?since=${seq - LAST_WRITES}`),
    bare: "bytes",
  },
  { name: "eval", ours: (room) => room.evaluate, bare: "bytes" },
  { name: "history of a key", ours: (room) => room.ask(() => "/history/_shared/k0.0"), bare: "bytes" },
  { name: "export", ours: (room) => room.ask(() => "/export"), bare: "bytes", mostEvents: 5_000 },
  { name: "replay", ours: (room) => room.ask((seq) => `/replay/${seq >> 1}`), bare: "bytes" },
];

/** A waiter who is answered few bytes, whatever the room holds. */
function briefHold({ hold }: Subject): (turn: number) => Call {
  return (turn) => {
    const call = hold(turn);
    return call.path.includes("?") ? { ...call, path: `${call.path}&include=messages` } : call;
  };
}

interface Measured {
  readonly kind: Kind;
  readonly size: Size;
  readonly measured: Scenario;
}

/** What each call costs as a room grows: by its keys, its views and its log, and by callers at once. */
export async function measureCurves(
  rooms: Server,
  bare: Server,
  effort: Effort,
  progress: (text: string) => void,
): Promise<Row[]> {
  const points = new Map<string, Point>();
  for (const axis of AXES) {
    for (const grown of GROWN[axis]) {
      const size = { ...BASE, [axis]: grown };
      if (points.has(nameOf(size))) continue;
      progress(`filling ${nameOf(size)}`);
      const room = await createRoom(rooms, size);
      points.set(nameOf(size), { size, room, object: await createBare(bare, size, "") });
    }
  }
  const base = points.get(nameOf(BASE));
  const plan: Measured[] = [];
  for (const kind of KINDS) {
    for (const point of points.values()) {
      if ((point.size.events ?? 0) > (kind.mostEvents ?? Number.POSITIVE_INFINITY)) continue;
      plan.push(await measuredAt(point, kind, 1, rooms, bare));
    }
    if (!base || kind.bare === "bytes" || kind.by === "wakes") continue;
    for (const clients of CLIENTS) plan.push(await measuredAt(base, kind, clients, rooms, bare));
  }
  const isRead = ({ kind }: Measured) => kind.bare === "bytes";
  // Reads come first: what they answer is not to grow by what is written meanwhile.
  for (const part of [plan.filter(isRead), plan.filter((each) => !isRead(each))]) {
    for (let turn = 0; turn <= effort.rounds; turn++) {
      progress(`round ${turn} of ${effort.rounds}`);
      const ms = turn === 0 ? effort.roundMs / 4 : effort.roundMs;
      for (const { measured } of part) await round(measured, ms, turn > 0);
    }
  }
  return [...plan.map(({ measured }) => row(measured)), ...AXES.flatMap((axis) => growthRows(plan, axis))];
}

function nameOf({ keys, views, events = 0 }: Size): string {
  return `${keys} keys, ${views} views, ${events} events`;
}

async function measuredAt(
  { size, room, object }: Point,
  kind: Kind,
  clients: number,
  rooms: Server,
  bare: Server,
): Promise<Measured> {
  const name = `${kind.name}, ${nameOf(size)}, ${clients === 1 ? "sequential" : `${clients} clients`}`;
  const ours = sideOf(rooms, kind, room, kind.ours(room));
  const other = kind.bare === "bytes" ? await sameBytes(ours, bare, name) : kind.bare(object);
  return { kind, size, measured: scenario(name, clients, ours, sideOf(bare, kind, object, other)) };
}

function sideOf(server: Server, { by }: Kind, subject: Subject, call: (turn: number) => Call): Side {
  switch (by) {
    case "frames":
      return { server, call, load: (clients, frame, ms) => overSockets(server, clients, frame, ms) };
    case "wakes":
      return {
        server,
        call,
        load: (_clients, _call, ms) => overWakes(server, { ...subject, hold: call }, ms),
      };
    default:
      return { server, call };
  }
}

/** Has a waiter woken again and again for `ms`; the rate is of the time from sending the write to the waiter's answer. */
async function overWakes(server: Server, subject: Subject, ms: number): Promise<Throughput> {
  return await withConnections(server, 2, async ([waiter, writer]) => {
    const until = performance.now() + ms;
    let [calls, spent] = [0, 0];
    for (; performance.now() < until; calls++)
      spent += (await wakeOnce(subject, waiter, writer, calls)).sinceSent;
    return { calls, rate: (calls / spent) * 1000 };
  });
}

/** A bare object that answers what the room answers now. */
async function sameBytes({ server, call }: Side, bare: Server, name: string): Promise<Subject["read"]> {
  const bytes = await withConnections(server, 1, async ([connection]) => await connection?.expect(call(0)));
  const object = await createBare(bare, { keys: 1, views: 0 }, bytes ?? "", encodeURIComponent(name));
  return object.read;
}

/** What the most of something costs against the least of it; both are rooms. */
function growthRows(plan: readonly Measured[], axis: Axis): Row[] {
  const [least, most] = [GROWN[axis][0], GROWN[axis].at(-1)];
  return KINDS.flatMap((kind) => {
    const at = (grown: number | undefined) =>
      plan.find(
        ({ kind: { name }, size, measured }) =>
          name === kind.name && measured.clients === 1 && nameOf(size) === nameOf({ ...BASE, [axis]: grown }),
      );
    const [large, small] = [at(most), at(least)];
    if (!large || !small) return [];
    const name = `${kind.name}, room with ${most} ${axis} / room with ${least}`;
    return [compared(name, large.measured.samples.ours, small.measured.samples.ours)];
  });
}
