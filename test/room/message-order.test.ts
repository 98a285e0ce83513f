import { expect, it } from "vitest";
import { createRoom } from "../support/room.ts";

async function roomWithMessages(count: number) {
  const room = await createRoom();
  const ana = await room.join("ana");
  const ben = await room.join("ben");
  for (let sent = 1; sent <= count; sent++) await ana.do("_send_message", { body: sent });
  const seqs = (messages: { recent: { seq: number }[] }) => messages.recent.map(({ seq }) => seq);
  return { room, ana, ben, seqs };
}

it("[CTX-1] messages come in order of their numbers, beyond nine too", async () => {
  const { ben, seqs } = await roomWithMessages(12);
  const { messages, state } = await ben.context("?include=_messages");
  expect(seqs(messages)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(Object.keys(state._messages)).toEqual(seqs(messages).map(String));
});

it("[CTX-7] the cursor moves to the highest number that was returned, and pages begin after theirs", async () => {
  const { ben, seqs } = await roomWithMessages(21);
  const page = (await ben.context("?messages_after=5&messages_limit=8")).messages;
  expect([page.unread, seqs(page)]).toEqual([21, [6, 7, 8, 9, 10, 11, 12, 13]]);
  const newest = (await ben.context("?messages_limit=10")).messages;
  expect([newest.unread, seqs(newest)]).toEqual([8, [12, 13, 14, 15, 16, 17, 18, 19, 20, 21]]);
  expect((await ben.context()).messages.unread).toBe(0);
});

it("[ACT-5] a patch may be a parameter that becomes an object", async () => {
  const { ana } = await roomWithMessages(0);
  await ana.do("_register_action", { id: "patch", writes: [{ key: "k", merge: "${params.patch}" }] });
  expect((await ana.do("patch", { patch: { a: 1, b: 2 } })).writes[0].value).toEqual({ a: 1, b: 2 });
  expect((await ana.do("patch", { patch: { b: null } })).writes[0].value).toEqual({ a: 1 });
  expect((await ana.invoke("patch", { patch: 3 })).body.error).toBe("invalid_param");
  expect((await ana.invoke("patch")).body.error).toBe("invalid_param");
});
