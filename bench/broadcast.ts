import type { Server } from "../workerd/server.ts";
import { Audience } from "./audience.ts";
import { throughput } from "./load.ts";
import type { Subject } from "./objects.ts";
import { createBare, createRoom } from "./objects.ts";
import type { Effort, Row, Sample } from "./samples.ts";
import { inTurn, processorOf, rateOf, withConnections } from "./samples.ts";
import { processorMs } from "./servers.ts";

interface Side {
  readonly server: Server;
  readonly subject: Subject;
  readonly audience: Audience;
  readonly samples: Sample[];
}

const SOCKETS = [100, 1_000];
const WRITERS = 16;
const SIZE = { keys: 10, views: 0 };

/** What a write costs that many watch: one side's writes are delivered to all its sockets, then the other's. */
export async function measureBroadcast(
  rooms: Server,
  bare: Server,
  effort: Effort,
  progress: (text: string) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const sockets of SOCKETS) {
    progress(`telling ${sockets} sockets`);
    const room = await createRoom(rooms, SIZE);
    const object = await createBare(bare, SIZE, "", `watched-by-${sockets}`);
    const ours = await seat(rooms, room, sockets, true);
    const other = await seat(bare, object, sockets, false);
    for (let turn = 1; turn <= effort.rounds; turn++) {
      for (const side of inTurn(ours, other, turn)) await round(side, effort.roundMs);
    }
    for (const { audience } of [ours, other]) audience.close();
    rows.push(row(sockets, ours, other));
  }
  return rows;
}

async function seat(server: Server, subject: Subject, sockets: number, isRoom: boolean): Promise<Side> {
  const seats = Array.from({ length: sockets }, (_, at) => subject.watch(at));
  return { server, subject, audience: await Audience.open(server, seats, isRoom), samples: [] };
}

let turns = 0;

async function round({ server, subject, audience, samples }: Side, ms: number): Promise<void> {
  const heard = audience.heard;
  const before = processorMs(server);
  const begun = performance.now();
  let writes = 0;
  await withConnections(server, WRITERS, (connections) =>
    throughput(
      connections,
      () => {
        writes += 1;
        return subject.tell(turns++);
      },
      ms,
    ),
  );
  const count = writes * audience.size;
  await audience.untilHeard(heard + count);
  const rate = (count / (performance.now() - begun)) * 1000;
  samples.push({ rate, count, processorMs: processorMs(server) - before });
}

function row(sockets: number, ours: Side, bare: Side): Row {
  const [left, right] = [rateOf(ours.samples), rateOf(bare.samples)];
  return {
    name: `an event of 300 bytes to ${sockets} sockets, ${WRITERS} writers`,
    unit: "deliveries/s",
    ours: left,
    bare: right,
    ratio: left / right,
    processor: { ours: processorOf(ours.samples), bare: processorOf(bare.samples) },
  };
}
