import type { Server } from "../workerd/server.ts";
import type { Subject } from "./objects.ts";
import { createRoom } from "./objects.ts";
import type { Effort, Row } from "./samples.ts";
import type { Scenario } from "./scenarios.ts";
import { round, row } from "./scenarios.ts";

/** Invocations in a batch: as many as it may have. */
const BATCH = 100;
const SIZE = { keys: 1_000, views: 0 };
/** Each may have 100 invocations a second: together they may have more than an object does. */
const AGENTS = 250;

/** What one caller gets done by batches, all or none and each for itself, against one call after another. */
export async function measureBatches(
  rooms: Server,
  _bare: Server,
  effort: Effort,
  progress: (text: string) => void,
): Promise<Row[]> {
  progress("invoking in batches");
  const room = await createRoom(rooms, SIZE, AGENTS);
  const scenarios = [false, true].map((atomic) => scenario(rooms, batches(room, atomic), room, atomic));
  for (let turn = 1; turn <= effort.rounds; turn++) {
    for (const each of scenarios) await round(each, effort.roundMs, true);
  }
  return scenarios.map((each) => byInvocation(row(each)));
}

function scenario(server: Server, ours: Subject, bare: Subject, atomic: boolean): Scenario {
  const pair = { size: SIZE, ours: { server, subject: ours }, bare: { server, subject: bare } };
  const name = `batch of ${BATCH}${atomic ? ", atomic" : ""} / ${BATCH} calls, invocations, sequential`;
  return { name, pair, clients: 1, call: "write", samples: { ours: [], bare: [] } };
}

/** The room, its writes made by the hundred. */
export function batches(room: Subject, atomic: boolean): Subject {
  return {
    ...room,
    write(turn) {
      const { path, ...call } = room.write(turn);
      const invocations = Array.from({ length: BATCH }, (_, index) => ({
        action: "put",
        ...(JSON.parse(room.write(turn * BATCH + index).body ?? "{}") as object),
      }));
      const batch = path.replace("/actions/put/invoke", "/invoke");
      return { ...call, path: batch, body: JSON.stringify({ invocations, atomic }) };
    },
  };
}

/** A row whose left side was counted in batches. */
function byInvocation({ ours, bare, processor, ...rest }: Row): Row {
  const each = ours * BATCH;
  return {
    ...rest,
    ours: each,
    bare,
    ratio: each / bare,
    ...(processor ? { processor: { ...processor, ours: processor.ours / BATCH } } : {}),
  };
}
