import { beforeAll, describe, expect, it } from "vitest";
import type { Client, TestRoom } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

/** A room of several slices: agents that each invoke as often as one may at once, and keys that each invocation writes. */
const AGENTS = 6;
const INVOCATIONS = 100;
const KEYS = 6;

let room: TestRoom;
let ana: Client;
let seq: number;

async function largeRoom(): Promise<void> {
  room = await createRoom();
  ana = await room.join("ana");
  const writes = Array.from({ length: KEYS }, (_, n) => ({ key: `\${params.block}.${n}`, value: n }));
  await ana.do("_register_action", { id: "fill", writes });
  await ana.do("_register_action", { id: "set", writes: [{ key: "0.0", value: "${params.value}" }] });
  for (let agent = 0; agent < AGENTS; agent++) {
    const filler = await room.join(`filler-${agent}`);
    const invocations = Array.from({ length: INVOCATIONS }, (_, n) => ({
      action: "fill",
      params: { block: String(agent * INVOCATIONS + n) },
    }));
    await filler.call("/invoke", { body: { invocations, atomic: true } });
  }
  seq = (await room.owner.call("")).body.seq;
}

describe("a replay of a large room", () => {
  beforeAll(largeRoom, 30_000);

  it("[LOG-10] lets others have their turn, each of several at once, and tells the same beside them", async () => {
    const alone = (await room.owner.call(`/replay/${seq}`)).body;
    expect(Object.keys(alone.state._shared).length).toBe(AGENTS * INVOCATIONS * KEYS);
    const order: string[] = [];
    const noted = async <T>(name: string, work: Promise<T>): Promise<T> => {
      const done = await work;
      order.push(name);
      return done;
    };
    const [one, other, early] = await Promise.all([
      noted("replay", room.owner.call(`/replay/${seq}`)),
      noted("another", room.viewer.call(`/replay/${seq}`)),
      noted("early", ana.call("/replay/3")),
      noted("write", ana.do("set", { value: "now" })),
    ]);
    expect(order.slice(2).sort()).toEqual(["another", "replay"]);
    for (const { body } of [one, other])
      expect({ ...body, _replay: null }).toEqual({ ...alone, _replay: null });
    expect(one.body._replay.total).toBe(seq + 1);
    expect(early.body.state).toEqual({});
  });

  it("[AUTH-2] [AUTH-12] ends as a call to no room where the room is deleted meanwhile, as a walk of its log does", async () => {
    const [replay, walk, deleted] = await Promise.all([
      ana.call(`/replay/${seq}`),
      room.owner.call("/log/verify"),
      room.owner.call("", { method: "DELETE" }),
    ]);
    expect(deleted.status).toBe(200);
    for (const { status, body } of [replay, walk])
      expect([status, body.error]).toEqual([401, "invalid_token"]);
    expect((await ana.call("/context")).status).toBe(401);
  });
});
