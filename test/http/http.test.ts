import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Answer } from "../support/room.ts";
import { createRoom, request } from "../support/room.ts";

function outcome({ status, body }: Answer): [number, string | undefined] {
  return [status, body?.error];
}

const ABSENT = [
  ["GET", "/nothing", ""],
  ["GET", "/rooms/ID/nothing", ""],
  ["GET", "/rooms/ID/state", "context?only=state"],
  ["PUT", "/rooms/ID/state/_shared/k", "Register an action"],
  ["GET", "/rooms/ID/messages", "context?only=messages"],
  ["POST", "/rooms/ID/messages", "_send_message"],
  ["PUT", "/rooms/ID/actions/x", "_register_action"],
  ["DELETE", "/rooms/ID/actions/x", "_delete_action"],
  ["GET", "/rooms/ID/views", "context?only=views"],
  ["PUT", "/rooms/ID/views/x", "_register_view"],
  ["POST", "/rooms/ID/agents/ana/heartbeat", "Every call is a heartbeat"],
  ["GET", "/rooms/ID/audit", "log"],
] as const;

it.each(ABSENT)(
  "[HTTP-2] %s %s is 404, with the call that replaced it where one did",
  async (method, path, hint) => {
    const room = await createRoom();
    const answer = await request(path.replace("ID", room.id), { method, token: room.owner.token });
    expect(outcome(answer)).toEqual([404, "not_found"]);
    expect(answer.body.hint).toContain(hint);
  },
);

const PATHS = [
  ["/health", "GET"],
  ["/rooms", "POST"],
  ["/rooms/ID", "GET, PATCH, DELETE"],
  ["/rooms/ID/agents", "POST"],
  ["/rooms/ID/agents/ana", "PATCH, DELETE"],
  ["/rooms/ID/context", "GET"],
  ["/rooms/ID/actions/x/invoke", "POST"],
  ["/rooms/ID/wait", "GET"],
  ["/rooms/ID/eval", "POST"],
  ["/rooms/ID/poll", "GET"],
  ["/rooms/ID/log", "GET"],
  ["/rooms/ID/history/_shared", "GET"],
  ["/rooms/ID/history/_shared/k", "GET"],
  ["/rooms/ID/tokens", "POST, GET"],
  ["/rooms/ID/tokens/x", "DELETE"],
] as const;

it.each(PATHS)("[HTTP-2] a method that %s does not have is 405 with Allow", async (path, allow) => {
  const room = await createRoom();
  for (const method of ["PUT", "QUERY", "PATCH", "DELETE", "POST"].filter((name) => !allow.includes(name))) {
    const answer = await request(path.replace("ID", room.id), { method, token: room.owner.token });
    expect([method, ...outcome(answer), answer.headers.get("Allow")]).toEqual([
      method,
      405,
      "method_not_allowed",
      allow,
    ]);
  }
});

it.each(PATHS.slice(2))("[AUTH-1] %s is closed without a token", async (path, allow) => {
  const room = await createRoom();
  for (const method of allow.split(", ")) {
    const answer = await request(path.replace("ID", room.id), {
      method,
      ...(method === "POST" ? { body: {} } : {}),
    });
    const code = path.endsWith("/agents") ? "invalid_request" : "authentication_required";
    expect([method, answer.body.error]).toEqual([method, code]);
  }
});

it("[HTTP-1] an error has a code, a sentence, perhaps a hint and help, and whether a repeat may help", async () => {
  const room = await createRoom();
  const { body } = await room.owner.invoke("nothing");
  expect(body).toEqual({
    error: "action_not_found",
    message: expect.stringMatching(/^[A-Z].*\.$/),
    hint: expect.any(String),
    help: "vocabulary_bootstrap",
    retryable: false,
  });
});

it("every answer carries the version and, where it has one, the seq", async () => {
  const room = await createRoom();
  const answers = [
    await room.owner.call("/context"),
    await room.owner.call("/nothing"),
    await room.owner.call("/eval", { body: "{" }),
    await request("/health"),
    await request("/nothing"),
    await request(`/rooms/${room.id}`),
    await request(`/rooms/${room.id}/%`),
    await room.owner.wait("true"),
  ];
  expect(answers.map(({ headers }) => headers.get("X-Sync-Version"))).toEqual(answers.map(() => "v8"));
  expect(answers[0]?.headers.get("X-Sync-Seq")).toBe("1");
});

it("a body is JSON whatever its type says, and an empty one is {}", async () => {
  const room = await createRoom();
  for (const type of [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "nonsense",
    "",
  ]) {
    const answer = await room.owner.call("/eval", {
      body: '{"expr": "1 + 1"}',
      headers: { "Content-Type": type },
    });
    expect([type, answer.body.value]).toEqual([type, 2]);
  }
  await room.owner.do("_register_action", { id: "noop", writes: [] });
  for (const body of ["", " \n\t"])
    expect((await room.owner.call("/actions/noop/invoke", { body })).status).toBe(200);
  expect((await room.owner.call("/actions/noop/invoke", { method: "POST" })).status).toBe(200);
  expect((await room.owner.call("/actions/noop/invoke", { body: '\ufeff{"params":{}}' })).status).toBe(200);
});

it("compact drops null fields of the envelope, and never inside values", async () => {
  const room = await createRoom();
  const ana = await room.join("ana", {
    state: { nothing: null, deep: { nothing: null } },
    meta: { nothing: null },
  });
  await room.owner.do("_register_action", { id: "noop", writes: [] });
  const [full, compact] = [await ana.context(), await ana.context("?compact=true")];
  expect([full.actions.noop.description, full.agents.ana.waiting_on]).toEqual([null, null]);
  expect("description" in compact.actions.noop || "waiting_on" in compact.agents.ana).toBe(false);
  expect(compact.state.self).toEqual({ nothing: null, deep: { nothing: null } });
  expect(compact.agents.ana.meta).toEqual({ nothing: null });
});

it("[HTTP-4] any origin may call the API with a bearer token, without cookies", async () => {
  const room = await createRoom();
  const preflight = await exports.default.fetch(
    new Request(`http://sync.test/rooms/${room.id}/actions/x/invoke`, {
      method: "OPTIONS",
      headers: {
        Origin: "https://page.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
      },
    }),
  );
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get("Access-Control-Allow-Origin")).toBe("*");
  expect(preflight.headers.get("Access-Control-Allow-Headers")).toMatch(
    /Authorization.*Content-Type.*Idempotency-Key/,
  );
  for (const method of ["PATCH", "DELETE"])
    expect(preflight.headers.get("Access-Control-Allow-Methods")).toContain(method);
  for (const token of [room.owner.token, "room_wrong", undefined]) {
    const answer = await request(`/rooms/${room.id}/context`, {
      token,
      headers: { Origin: "https://page.example" },
    });
    expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(answer.headers.get("Access-Control-Allow-Credentials")).toBe(null);
    expect(answer.headers.get("Set-Cookie")).toBe(null);
    expect(answer.headers.get("Access-Control-Expose-Headers")).toContain("X-Sync-Seq");
  }
});
