import { expect, it } from "vitest";
import { createRoom, request } from "../support/room.ts";

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

it("[HTTP-2] a load balancer may ask for health by HEAD, and nothing else is served there", async () => {
  expect((await request("/health", { method: "HEAD" })).status).toBe(200);
  expect((await request("/health")).body).toEqual({ ok: true, version: "v8" });
  const posted = await request("/health", { method: "POST" });
  expect([posted.status, posted.headers.get("Allow")]).toEqual([405, "GET"]);
});

it("[HTTP-2] a 401 says how to authenticate, whether the Worker or the room refuses", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  await room.owner.call("/agents/ana", { method: "DELETE" });
  for (const token of [undefined, "as_forged", ana.token]) {
    const { status, headers } = await request(`/rooms/${room.id}/context`, { token });
    expect([status, headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
  }
});
