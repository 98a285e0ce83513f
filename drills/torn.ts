import type { Socket } from "node:net";
import { Connection } from "../workerd/connection.ts";
import type { Server, Site } from "../workerd/server.ts";
import { hasEnded, start, stop } from "../workerd/server.ts";
import { Client, Tally } from "./client.ts";
import { HttpDoor } from "./doors.ts";
import type { Counts, Drill } from "./drill.ts";
import { inTime } from "./drill.ts";
import { Faults } from "./faults.ts";
import type { Asked } from "./ledger.ts";
import { Dice } from "./random.ts";
import { headOf, openRaw, UPGRADE } from "./raw-socket.ts";
import { Scene } from "./scene.ts";
import { requestOf, Script } from "./script.ts";
import type { End, Place, Torn } from "./tears.ts";
import { ENDS, isFrame, PLACES, tornFrame, tornRequest } from "./tears.ts";
import { Twins } from "./twins.ts";

/** One tears its calls, the others go on meanwhile. */
const AGENTS = 4;
/** A frame is this long at least, so that its header has every part. */
const PADDING = "p".repeat(126);

/**
 * Requests and frames are cut off at every kind of place and sent again, whole, with the same key: what was cut before its
 * end was not done, and all are done once [ACT-9, HTTP-3]. Others are served meanwhile as if nothing were the matter.
 */
export class TornDrill implements Drill {
  readonly faults = new Faults();
  readonly #site: Site;
  readonly #dice: Dice;
  readonly #tally = new Tally();
  readonly #others: Client[] = [];
  #server: Server | undefined;
  #scene: Scene | undefined;
  #script: Script | undefined;
  #twins: Twins | undefined;
  #torn = 0;
  #found = 0;

  constructor(site: Site, seed: number) {
    this.#site = site;
    this.#dice = new Dice(seed);
  }

  async set(): Promise<void> {
    this.#server = await start(this.#site);
    const connection = await Connection.open(this.#server.port);
    this.#scene = await Scene.create(connection, "room", AGENTS, this.faults);
    connection.close();
    const { room, ledger } = this.#scene;
    this.#twins = new Twins(ledger, this.faults);
    const [torn, ...others] = room.members;
    this.#script = new Script(torn?.agent ?? "", this.#dice.fork());
    for (const other of others) {
      const post = { room: room.id, ...other, ledger, faults: this.faults };
      this.#others.push(new Client(post, this.#dice.fork(), this.#tally));
    }
  }

  /** Cuts at every place, in every way, while others work. */
  async cycle(): Promise<void> {
    const server = this.#running();
    let more = true;
    const line = { more: () => more, reaches: () => true };
    const others = Promise.all(this.#others.map((client) => client.work(server.port, line)));
    try {
      for (const place of PLACES) for (const end of ENDS) await inTime(this.#tear(server, place, end));
    } finally {
      more = false;
      await inTime(others);
    }
    await this.#compare(server);
  }

  async finish(): Promise<void> {
    const connection = await Connection.open(this.#running().port);
    await connection.expect({ method: "GET", path: "/health" });
    await this.#scene?.compareAll(connection);
    connection.close();
  }

  async stop(): Promise<void> {
    if (this.#server) await stop(this.#server);
  }

  counts(): Counts {
    return {
      torn: this.#torn,
      found: this.#found,
      refused: this.#twins?.refused ?? 0,
      acknowledged: this.#scene?.ledger.accepted ?? 0,
    };
  }

  #running(): Server {
    if (!this.#server || hasEnded(this.#server)) throw new Error("[HTTP-3] the server has ended");
    return this.#server;
  }

  async #tear({ port }: Server, place: Place, end: End): Promise<void> {
    const [member] = this.#scene?.room.members ?? [];
    const asked = this.#script?.next();
    if (!member || !asked || !this.#twins) return;
    const socket = await openRaw(port);
    const torn = isFrame(place)
      ? await beginFrame(socket, place, asked, member.token, this.#dice)
      : tornRequest(place, this.#request(asked, member.token), this.#dice);
    this.#torn += 1;
    await sendAndEnd(socket, torn, end);
    await this.#again(port, member.token, asked, torn, `${place}, ${end}`);
  }

  #request(asked: Asked, token: string) {
    const { path, body = "" } = requestOf("room", token, asked);
    return { path, token, body };
  }

  /** What had not all arrived cannot have been done. */
  async #again(port: number, token: string, asked: Asked, { isWhole }: Torn, where: string): Promise<void> {
    const door = await HttpDoor.open({ port, room: "room", token });
    const { action, params, mark } = asked;
    const delivered = await door.deliver({ action, params, key: mark });
    door.close();
    const [{ replayed, body } = { replayed: false, body: {} }] = delivered;
    if (replayed) this.#found += 1;
    if (replayed && !isWhole)
      this.faults.add("other", `[HTTP-3] ${mark}, cut ${where}, was done before it was sent whole`);
    this.#script?.learn(asked, body);
    this.#twins?.takeRepeat(asked, delivered);
  }

  async #compare({ port }: Server): Promise<void> {
    const connection = await Connection.open(port);
    await this.#scene?.compareNew(connection);
    await this.#scene?.compareState(connection);
    connection.close();
  }
}

/** Opens a socket of the room on a connection, and answers the beginning of a frame to be sent on it. */
async function beginFrame(socket: Socket, place: Place, asked: Asked, token: string, dice: Dice) {
  const greeted = new Promise((resolve) => socket.once("data", resolve));
  socket.write(headOf("/rooms/room/watch?only=", token, ...UPGRADE));
  await greeted;
  const { action, params, mark } = asked;
  const frame = { type: "invoke", id: 1, action, params, idempotency_key: mark, padding: PADDING };
  return tornFrame(place, JSON.stringify(frame), dice);
}

/** Sends what there is, and ends the connection: at once, or when the first bytes of an answer have come. */
async function sendAndEnd(socket: Socket, { bytes, reads }: Torn, end: End): Promise<void> {
  await new Promise((sent) => socket.write(bytes, sent));
  if (reads) await new Promise((resolve) => socket.once("data", resolve).once("close", resolve));
  if (end === "reset") socket.resetAndDestroy();
  else if (end === "close") socket.destroy();
  else await halfClosed(socket);
}

/** Says that no more comes, and hears what the server says to that. */
async function halfClosed(socket: Socket): Promise<void> {
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.resume();
  socket.end();
  await closed;
}
