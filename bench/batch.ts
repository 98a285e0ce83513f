import type { Server } from "../workerd/server.ts";
import type { Subject } from "./objects.ts";
import { BATCH, createRoom } from "./objects.ts";
import type { Effort, Row } from "./samples.ts";
import { round, row, scenario } from "./scenario.ts";

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
  const scenarios = [false, true].map((atomic) => {
    const name = `batch of ${BATCH}${atomic ? ", atomic" : ""} / ${BATCH} calls, invocations, sequential`;
    return scenario(
      name,
      1,
      { server: rooms, call: atomic ? atomically(room) : room.writeMany },
      { server: rooms, call: room.write },
    );
  });
  for (let turn = 1; turn <= effort.rounds; turn++) {
    for (const each of scenarios) await round(each, effort.roundMs, true);
  }
  return scenarios.map((each) => byInvocation(row(each)));
}

/** The room's writes, made by the hundred, all or none. */
export function atomically(room: Subject): Subject["write"] {
  return (turn) => {
    const { body = "{}", ...call } = room.writeMany(turn);
    return { ...call, body: JSON.stringify({ ...JSON.parse(body), atomic: true }) };
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
