import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { stop } from "../workerd/server.ts";
import { Inspector } from "./inspector.ts";
import { throughput } from "./load.ts";
import type { Subject } from "./objects.ts";
import { createRoom, LAST_WRITES } from "./objects.ts";
import { withConnections } from "./samples.ts";
import { startRooms } from "./servers.ts";

/**
 * npm run profile [-- --of invoke|batch|context|delta|replay] [--clients 1] [--keys 1000] [--ms 4000]: where a room's processor time
 * goes, function by function. Functions of the runtime itself stand in brackets.
 */
const { values } = parseArgs({
  options: {
    of: { type: "string", default: "invoke" },
    clients: { type: "string", default: "1" },
    keys: { type: "string", default: "1000" },
    ms: { type: "string", default: "4000" },
  },
});

const WARM_MS = 1_000;
const LINES = 40;

function callOf(room: Subject) {
  if (values.of === "context") return room.read;
  if (values.of === "batch") return room.writeMany;
  if (values.of === "replay") return room.ask((seq) => `/replay/${seq >> 1}`);
  if (values.of === "delta") return room.ask((seq) => `/context?since=${seq - LAST_WRITES}`);
  return room.write;
}

const folder = mkdtempSync(join(tmpdir(), "sync-profile-"));
const inspectorPort = 9_229 + Math.floor(Math.random() * 500);
const server = await startRooms(folder, [`--inspector-addr=127.0.0.1:${inspectorPort}`]);
try {
  const room = await createRoom(server, { keys: Number(values.keys), views: 0 });
  const call = callOf(room);
  let turn = 0;
  const load = (ms: number) =>
    withConnections(server, Number(values.clients), (connections) =>
      throughput(connections, () => call(turn++), ms),
    );
  await load(WARM_MS);
  const inspector = await Inspector.open(inspectorPort);
  await inspector.startProfile();
  const { rate } = await load(Number(values.ms));
  const shares = await inspector.stopProfile();
  inspector.close();
  console.log(`${values.of}, ${values.clients} clients, ${values.keys} keys: ${rate.toFixed(0)} calls/s`);
  for (const { name, percent } of shares.slice(0, LINES))
    console.log(`${percent.toFixed(1).padStart(6)} %  ${name}`);
} finally {
  await stop(server);
  rmSync(folder, { recursive: true, force: true });
}
