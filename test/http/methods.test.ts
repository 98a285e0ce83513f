import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { OPERATIONS } from "../../src/protocol/operations.ts";
import { createRoom, request } from "../support/room.ts";

const PATHS = [...new Set(Object.values(OPERATIONS).map(({ path }) => path as string)), "/mcp"];
/** A path of a room that is there, its other parts filled in. */
const concrete = (path: string, room: string) => path.replace(":room", room).replace(/:\w+/g, "x");

function send(path: string, method: string, headers: Record<string, string>): Promise<Response> {
  return exports.default.fetch(new Request(`http://sync.test${path}`, { method, headers }));
}

it("[HTTP-2] every path refuses HEAD and methods that it has not, and says which it has", async () => {
  const room = await createRoom();
  const headers = { Authorization: `Bearer ${room.owner.token}` };
  for (const path of PATHS.filter((one) => one !== "/health")) {
    for (const method of ["HEAD", "PUT", "PROPFIND", "LOCK"]) {
      const answer = await send(concrete(path, room.id), method, headers);
      expect([path, method, answer.status]).toEqual([path, method, 405]);
      expect(answer.headers.get("Allow")).toMatch(/^(GET|POST|PATCH|DELETE)(, (GET|POST|PATCH|DELETE))*$/);
      if (method === "HEAD") expect(await answer.text()).toBe("");
    }
  }
  expect((await room.owner.context()).seq).toBe(1);
});

it("[HTTP-4] [HTTP-6] a preflight is answered alike on every path, whatever it asks for, and never allows credentials", async () => {
  const room = await createRoom();
  const told = new Set<string>();
  for (const path of [...PATHS, "/nothing", "/rooms/never/context"]) {
    for (const [origin, method] of [
      ["https://page.example", "PATCH"],
      ["null", "TRACE"],
      ["https://page.example\u00e9", "PURGE"],
      ["file://", "get, put"],
    ] as const) {
      const asked = {
        Origin: encodeURI(origin),
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "cookie, authorization",
      };
      const { status, headers } = await send(concrete(path, room.id), "OPTIONS", asked);
      expect([path, status, headers.get("Access-Control-Allow-Origin")]).toEqual([path, 204, "*"]);
      expect(headers.get("Access-Control-Allow-Credentials")).toBeNull();
      told.add(
        JSON.stringify([...headers].filter(([name]) => name !== "server-timing").map(([, value]) => value)),
      );
    }
  }
  expect([...told]).toHaveLength(1);
  expect([...told].join()).not.toMatch(/TRACE|PURGE|cookie/i);
});

it("[HTTP-6] no answer is sniffed or kept on the way, and no header holds what a caller wrote", async () => {
  const evil = 'x"; filename="a.html\r\nX-Injected: 1';
  const room = await createRoom({ meta: { name: evil } });
  const ana = await room.join("ana", { name: evil, role: evil });
  await ana.do("_send_message", { body: "<script>1</script>" });
  const paths = [
    "",
    "/context",
    "/log",
    "/export",
    "/stats",
    "/nothing",
    `/history/_shared/${encodeURIComponent(evil)}`,
  ];
  for (const path of [...paths, `/replay/${encodeURIComponent(evil)}`, "/samples/x", "/tokens", "/poll"]) {
    const response = await send(`/rooms/${room.id}${path}`, "GET", {
      Authorization: `Bearer ${room.owner.token}`,
      Accept: "text/html,*/*",
      "Idempotency-Key": encodeURIComponent(evil),
    });
    await response.text();
    const { headers } = response;
    expect([path, headers.get("X-Content-Type-Options")]).toEqual([path, "nosniff"]);
    expect([path, headers.get("Cache-Control")]).toEqual([path, expect.stringContaining("no-store")]);
    expect([path, headers.get("Content-Type")]).toEqual([
      path,
      path === "/export" ? "application/x-ndjson" : "application/json; charset=utf-8",
    ]);
    expect([path, JSON.stringify([...headers])]).toEqual([
      path,
      expect.not.stringMatching(/inject|filename/i),
    ]);
    expect(headers.get("Content-Disposition")).toBeNull();
  }
  const crlf = await request("/rooms/a%0d%0aX-Injected:%201/context", { token: room.owner.token });
  expect([crlf.status, crlf.headers.get("X-Injected")]).toEqual([401, null]);
});

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
