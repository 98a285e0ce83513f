import { parseArgs } from "node:util";
import { createRoom, Room, SyncError } from "../src/client/main.ts";
import type { Deed } from "../src/players/player.ts";
import { PLAYS, playFor } from "../src/players/plays.ts";
import type { Stage } from "../src/players/stage.ts";

/**
 * npm run play -- <address of a room, with #token=…>: two agents play in a room of a running server that was made from a
 * template, until they are done or Ctrl-C. Without an address they make a room: --template=<id>, --server=<url>. --pace is
 * the ms that each takes for an act.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    template: { type: "string", default: "task-queue" },
    server: { type: "string", default: "http://localhost:8787" },
    pace: { type: "string", default: "1000" },
  },
});

function stageAt(address: string): Stage {
  const { origin, pathname, hash } = new URL(address);
  const [, room] = /^\/rooms\/([^/]+)\/?$/.exec(pathname) ?? [];
  const token = new URLSearchParams(hash.slice(1)).get("token");
  if (room === undefined || token === null) {
    throw new Error("The address of a room is http://localhost:8787/rooms/demo#token=room_…, in quotes.");
  }
  return { server: origin, room: decodeURIComponent(room), token };
}

async function newStage(server: string, template: string): Promise<Stage> {
  const { id, token } = await createRoom(server, { template });
  console.log(`Watch: ${new URL(`/rooms/${id}#token=${token}`, server)}\n`);
  return { server, room: id, token };
}

/** By the room's actions; a join token cannot read them, and takes `template`. */
async function billingFor(stage: Stage, template: string) {
  if (stage.token.startsWith("join_")) return PLAYS.find((each) => each.template === template) ?? null;
  const { actions } = await new Room(stage).context({ only: ["actions"] });
  return playFor(Object.keys(actions));
}

function tell({ agent, action, params, refused }: Deed): void {
  const text = action === "_send_message" && "body" in params ? `“${params.body}”` : JSON.stringify(params);
  console.log(`${agent.padEnd(6)} ${action === "_send_message" ? "says" : action} ${text}`);
  if (refused !== null) console.log(`       refused: ${refused}`);
}

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort());

try {
  const [address] = positionals;
  const stage = address === undefined ? await newStage(values.server, values.template) : stageAt(address);
  const billing = await billingFor(stage, values.template);
  if (!billing) throw new Error(`There are plays for ${PLAYS.map(({ template }) => template).join(", ")}.`);
  const play = await billing.load();
  const ending = await play(stage, { pace: Number(values.pace), signal: stop.signal, onDeed: tell });
  console.log(ending === "played" ? "\nThey are done, and have left." : `\nThey ${ending}, and have left.`);
} catch (error) {
  console.error(SyncError.is(error) ? `${error.message} ${error.hint ?? ""}` : String(error));
  process.exitCode = 1;
}
