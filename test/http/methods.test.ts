import { expect, it } from "vitest";
import { createRoom } from "../support/room.ts";

it("[HTTP-2] HEAD is refused: it would move the reader's cursor and show nothing", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  const ben = await room.join("ben");
  await ben.do("_send_message", { body: "hello" });
  const answer = await ana.call("/context", { method: "HEAD" });
  expect(answer.status).toBe(405);
  expect(answer.headers.get("Allow")).toBe("GET");
  expect((await ana.context()).messages.unread).toBe(1);
});

it("[ACT-15] ids that no URL can name are reserved", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  for (const id of [".", "..", "_x", "help"]) {
    const { status, body } = await ana.invoke("_register_action", { id, writes: [] });
    expect([id, status, body.error]).toEqual([id, 400, "reserved_id"]);
  }
});
