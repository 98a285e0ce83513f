import { WebSocket } from "ws";
import type { Server } from "../workerd/server.ts";
import type { Subject } from "./objects.ts";
import { createRoom } from "./objects.ts";
import type { Effort, Row } from "./samples.ts";
import { round, row, scenario } from "./scenario.ts";
import { CLIENTS } from "./scenarios.ts";

const WAITERS = 50;
/** More an agent may not have open. */
const WAITS_EACH = 20;
const SIZE = { keys: 10, views: 0 };

/** What a write costs in a room where many wait for something else, against one where nobody waits. */
export async function measureIdleWaits(
  rooms: Server,
  _bare: Server,
  effort: Effort,
  progress: (text: string) => void,
): Promise<Row[]> {
  progress(`writing beside ${WAITERS * WAITS_EACH} waits`);
  const waited = await createRoom(rooms, SIZE, WAITERS);
  const alone = await createRoom(rooms, SIZE, WAITERS);
  const waiters = await Promise.all(
    Array.from({ length: WAITERS }, (_, waiter) => wait(rooms, waited, waiter)),
  );
  const scenarios = CLIENTS.map((clients) => {
    const how = clients === 1 ? "sequential" : `${clients} clients`;
    const name = `room with ${WAITERS * WAITS_EACH} idle waits / room with none, invoke, ${how}`;
    const side = (room: Subject) => ({ server: rooms, call: room.write });
    return scenario(name, clients, side(waited), side(alone));
  });
  for (let turn = 1; turn <= effort.rounds; turn++) {
    for (const each of scenarios) await round(each, effort.roundMs, true);
  }
  for (const socket of waiters) {
    if (socket.readyState !== WebSocket.OPEN) throw new Error("a waiter did not last");
    socket.terminate();
  }
  return scenarios.map(row);
}

/** One agent's socket with all its waits open. */
async function wait(server: Server, subject: Subject, waiter: number): Promise<WebSocket> {
  const { path, token } = subject.watch(waiter);
  const url = `ws://127.0.0.1:${server.port}${path.replace("only=events", "only=views")}`;
  const socket = new WebSocket(url, { headers: { Authorization: `Bearer ${token}` } });
  await new Promise((open, failed) => socket.once("open", open).once("error", failed));
  for (let id = 1; id <= WAITS_EACH; id++) {
    const condition = `state._shared["idle.${waiter}.${id}"] == true`;
    socket.send(JSON.stringify({ type: "wait", id, condition }));
  }
  socket.send(JSON.stringify({ type: "ping", id: "settled" }));
  await new Promise<void>((settled, failed) => {
    socket.on("message", (data) => {
      const { type, id } = JSON.parse(String(data)) as { type: string; id?: unknown };
      if (id === "settled") settled();
      else if (type !== "hello") failed(new Error(`a waiter got ${data}`));
    });
  });
  return socket;
}
