import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Connection } from "../workerd/connection.ts";
import { buildRooms } from "../workerd/rooms.ts";
import type { Site } from "../workerd/server.ts";
import { prepare, start, stop } from "../workerd/server.ts";
import { limitHeap, residentMiB } from "./servers.ts";

/**
 * npm run bench:transfer: what workerd's memory grows by while rooms of different lengths are exported, imported and
 * forked. It is started anew before each, so that none counts what another left, and its heap is kept small: what it may
 * have, it would use before it collects what nobody needs.
 */
const HEAP_MIB = 32;
const LENGTHS = [5_000, 50_000];
const KEYS = 2_000;
const CLIENTS = 16;
/** An agent may invoke 100 times a second: more than that they do together [LIMIT-1]. */
const AGENTS = 64;
const VALUE = "x".repeat(200);
const LOOK_MS = 20;

interface Made {
  readonly id: string;
  readonly token: string;
}

interface Figure {
  readonly what: string;
  readonly events: number;
  readonly seconds: number;
  /** How far the resident memory rose above where it was before, MiB. */
  readonly risenMiB: number;
}

async function createRoom(port: number, id: string): Promise<Made> {
  const connection = await Connection.open(port);
  const body = await connection.expect({ method: "POST", path: "/rooms", body: JSON.stringify({ id }) });
  connection.close();
  return { id, token: (JSON.parse(body) as { token: string }).token };
}

/** A room with so many events, most of them one write each. */
async function fill(port: number, id: string, events: number): Promise<Made> {
  const room = await createRoom(port, id);
  let calls = 0;
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => Connection.open(port)));
  const invoke = (client: Connection, action: string, params: object) => {
    const path = `/rooms/${id}/actions/${action}/invoke`;
    const agent = `agent-${calls++ % AGENTS}`;
    return client.expect({
      method: "POST",
      path,
      token: room.token,
      body: JSON.stringify({ params, agent }),
    });
  };
  const [first] = clients;
  if (!first) return room;
  for (let agent = 0; agent < AGENTS; agent++) {
    const body = JSON.stringify({ id: `agent-${agent}` });
    await first.expect({ method: "POST", path: `/rooms/${id}/agents`, token: room.token, body });
  }
  const writes = [{ key: "${params.k}", value: "${params.v}" }];
  await invoke(first, "_register_action", { id: "set", writes });
  let next = 2 + AGENTS;
  await Promise.all(
    clients.map(async (client) => {
      while (next < events) {
        const n = next++;
        await invoke(client, "set", { k: `key-${n % KEYS}`, v: `${n} ${VALUE}` });
      }
    }),
  );
  for (const client of clients) client.close();
  return room;
}

async function measure(
  site: Site,
  what: string,
  events: number,
  work: (port: number) => Promise<void>,
): Promise<Figure> {
  const server = await start(site);
  try {
    // What the Worker itself takes is there before.
    await createRoom(server.port, `warm-${what}-${events}`);
    const before = residentMiB(server);
    let most = before;
    const look = setInterval(() => {
      most = Math.max(most, residentMiB(server));
    }, LOOK_MS);
    const begun = performance.now();
    await work(server.port);
    const seconds = (performance.now() - begun) / 1000;
    clearInterval(look);
    return { what, events, seconds, risenMiB: Math.max(most, residentMiB(server)) - before };
  } finally {
    await stop(server);
  }
}

async function ask(port: number, { id, token }: Made, path: string, init: RequestInit): Promise<Response> {
  const headers = { Authorization: `Bearer ${token}`, ...init.headers };
  const response = await fetch(`http://127.0.0.1:${port}/rooms/${id}${path}`, { ...init, headers });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response;
}

async function measureLength(site: Site, temp: string, events: number): Promise<Figure[]> {
  const server = await start(site);
  const room = await fill(server.port, `full-${events}`, events);
  const copy = await createRoom(server.port, `copy-${events}`);
  await stop(server);
  const file = join(temp, `${events}.ndjson`);
  const exported = await measure(site, "export", events, async (port) => {
    const { body } = await ask(port, room, "/export", {});
    if (body) await pipeline(Readable.fromWeb(body), createWriteStream(file));
  });
  const imported = await measure(site, "import", events, async (port) => {
    const headers = { "Content-Type": "application/x-ndjson" };
    const body = Readable.toWeb(createReadStream(file));
    const init = { method: "POST", headers, body, duplex: "half" } as RequestInit;
    await (await ask(port, copy, "/import", init)).text();
  });
  const forked = await measure(site, "fork", events, async (port) => {
    await (await ask(port, room, "/fork", { method: "POST", body: "{}" })).text();
  });
  process.stderr.write(`${events} events: ${(statSync(file).size / 1024 / 1024).toFixed(1)} MiB of lines\n`);
  return [exported, imported, forked];
}

async function main(): Promise<void> {
  const temp = mkdtempSync(join(tmpdir(), "sync-transfer-"));
  try {
    const site = await prepare(await buildRooms(join(temp, "rooms")));
    limitHeap(site, HEAP_MIB);
    for (const events of LENGTHS) {
      for (const { what, seconds, risenMiB } of await measureLength(site, temp, events)) {
        console.log(
          `${what.padEnd(8)} ${String(events).padStart(7)} events  +${risenMiB.toFixed(0).padStart(4)} MiB  ${seconds.toFixed(1).padStart(6)} s`,
        );
      }
    }
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

await main();
