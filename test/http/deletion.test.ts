import { evictDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { folded, polled, wholeLog } from "../support/ledger.ts";
import { createRoom, request, roomObject } from "../support/room.ts";

/** Many calls at once, with the deletion of their room in their midst. */
async function stampede() {
  const room = await createRoom();
  const ana = await room.join("ana");
  await ana.do("_register_action", { id: "inc", writes: [{ key: "n", increment: 1 }] });
  const calls = Array.from({ length: 60 }, (_, index) => {
    if (index === 30) return room.owner.call("", { method: "DELETE" });
    return index % 3 === 0 ? ana.call("/context") : ana.invoke("inc");
  });
  return { room, answers: await Promise.all(calls) };
}

it("[ROOM-3] calls in the midst of which a room is deleted are answered before it or refused after it", async () => {
  const { room, answers } = await stampede();
  expect(answers.map(({ status }) => status).filter((status) => status !== 200 && status !== 401)).toEqual(
    [],
  );
  expect(answers[30]?.body).toEqual({ deleted: true, id: room.id });
});

it("[ROOM-3] what was under way when a room was deleted reaches no room of its id", async () => {
  const { room } = await stampede();
  const again = await createRoom({ id: room.id });
  await evictDurableObject(roomObject(room.id));
  expect((await again.owner.context()).state).toEqual({});
  expect(folded(await wholeLog(again.owner))).toEqual(await polled(again.owner));
  expect((await again.owner.context()).seq).toBe(1);
});

it("[ROOM-3] a creation that comes while its id is being deleted creates it whole, or is told that it exists", async () => {
  for (let round = 0; round < 5; round++) {
    const room = await createRoom();
    const [, created] = await Promise.all([
      room.owner.call("", { method: "DELETE" }),
      request("/rooms", { body: { id: room.id } }),
    ]);
    expect([201, 409]).toContain(created.status);
    if (created.status === 409) continue;
    const read = await request(`/rooms/${room.id}/log`, { token: created.body.token });
    expect([read.status, read.body.events.length]).toEqual([200, 1]);
  }
});

it("[ROOM-3] of many creations of one id at once, one creates and the others are told that it exists", async () => {
  const id = `race-${crypto.randomUUID().slice(0, 8)}`;
  const answers = await Promise.all(Array.from({ length: 20 }, () => request("/rooms", { body: { id } })));
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
});

it("[AGENT-1] of many joins of one id at once, one joins and the others are told that it exists", async () => {
  const room = await createRoom();
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => room.joiner.call("/agents", { body: { id: "ana" } })),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
});
