import type { Server } from "../workerd/server.ts";
import type { Subject } from "./objects.ts";
import { createRoom } from "./objects.ts";
import type { Effort, Row } from "./samples.ts";
import { withConnections } from "./samples.ts";
import { round, row, scenario } from "./scenario.ts";

const FEW = 100;
const MANY = 10_000;
/** Writes that a delta tells of. */
const CHANGES = 10;
/** An answer of at most 16,000 bytes. */
const BUDGET = "budget=4000";

/** What reading less costs in a large room, against a small one: a budget, and what has changed since a while ago. */
export async function measureShapedReads(
  rooms: Server,
  _bare: Server,
  effort: Effort,
  progress: (text: string) => void,
): Promise<Row[]> {
  progress("reading within a budget, and deltas");
  const [large, small] = [await createRoom(rooms, sizeOf(MANY)), await createRoom(rooms, sizeOf(FEW))];
  const compare = (query: string, ours: Subject["read"], bare: Subject["read"]) => {
    const name = `room with ${MANY} keys / room with ${FEW}, context?${query}`;
    return scenario(name, 1, { server: rooms, call: ours }, { server: rooms, call: bare });
  };
  const budget = compare(BUDGET, shaped(large, BUDGET), shaped(small, BUDGET));
  const since = {
    large: `since=${await changed(rooms, large)}`,
    small: `since=${await changed(rooms, small)}`,
  };
  const delta = compare(
    `since=${CHANGES} writes ago`,
    shaped(large, since.large),
    shaped(small, since.small),
  );
  for (let turn = 1; turn <= effort.rounds; turn++) {
    for (const each of [budget, delta]) await round(each, effort.roundMs, true);
  }
  return [budget, delta].map(row);
}

function sizeOf(keys: number) {
  return { keys, views: 0 };
}

/** Contexts of the room, read by one agent and shaped by a query. */
function shaped(room: Subject, query: string): Subject["read"] {
  const { path, ...call } = room.read(0);
  return () => ({ ...call, path: `${path}?${query}` });
}

/** Makes some writes; answers the seq before them. */
async function changed(server: Server, room: Subject): Promise<number> {
  return await withConnections(server, 1, async ([connection]) => {
    if (!connection) throw new Error("no connection");
    const { path, ...call } = room.read(0);
    const before = await connection.expect({ ...call, path: `${path}?only=messages` });
    for (let turn = 0; turn < CHANGES; turn++) await connection.expect(room.write(turn));
    return (JSON.parse(before) as { seq: number }).seq;
  });
}
