import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { signCreateToken, signingKeys } from "../../src/auth/tokens.ts";
import worker from "../../src/worker.ts";
import type { Answer, Body } from "../support/room.ts";
import { Client, createRoom, request } from "../support/room.ts";

function outcome({ status, body }: Answer): [number, string | undefined] {
  return [status, body?.error];
}

/** One request to a Worker that is set up in another way. */
async function under(
  settings: Record<string, unknown>,
  path: string,
  init: RequestInit = {},
): Promise<Answer> {
  const response = await worker.fetch(new Request(`http://sync.test${path}`, init), {
    ...env,
    ...settings,
  } as Env);
  return { status: response.status, body: await response.json(), headers: response.headers };
}

it.each(["/rooms", "/rooms/lobby", "/rooms/lobby/context", "/rooms/lobby/agents"])(
  "[AUTH-8] without AUTH_SECRET %s answers how to set it",
  async (path) => {
    for (const secret of [undefined, ""]) {
      const answer = await under({ AUTH_SECRET: secret }, path, { method: "POST", body: "{}" });
      expect(outcome(answer)).toEqual([500, "not_configured"]);
      expect(answer.body.hint).toContain("AUTH_SECRET");
    }
  },
);

it("[AUTH-9] where creation takes a token, only a create token creates, and only its holder learns what exists", async () => {
  const { id, owner } = await createRoom();
  const keys = signingKeys((env as { AUTH_SECRET?: string }).AUTH_SECRET, undefined)!;
  const create = async (token: string | undefined, body: Body = { id }) =>
    await under({ ROOM_CREATION: "token" }, "/rooms", {
      method: "POST",
      body: JSON.stringify(body),
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    });
  const good = await signCreateToken(keys);
  expect(outcome(await create(undefined))).toEqual([401, "authentication_required"]);
  expect(outcome(await create(owner.token))).toEqual([401, "invalid_token"]);
  expect(outcome(await create(`${good}x`))).toEqual([401, "invalid_token"]);
  expect(outcome(await create(good))).toEqual([409, "room_exists"]);
  expect((await create(good, {})).status).toBe(201);
});

it("[AUTH-9] any setting but open takes a token, a missing one too", async () => {
  for (const setting of [undefined, "", "OPEN", "anything"]) {
    const answer = await under({ ROOM_CREATION: setting }, "/rooms", { method: "POST", body: "{}" });
    expect([setting, ...outcome(answer)]).toEqual([setting, 401, "authentication_required"]);
  }
});

it("[AUTH-9] where creation is open an id that is taken is 409", async () => {
  const { id } = await createRoom();
  expect(outcome(await request("/rooms", { body: { id } }))).toEqual([409, "room_exists"]);
});

it("[AUTH-4] a body or a query that claims another agent is 403 identity_mismatch", async () => {
  const room = await createRoom();
  const [ana] = [await room.join("ana"), await room.join("bob")];
  await room.owner.do("_register_action", { id: "noop", writes: [] });
  for (const client of [ana, room.viewer, room.joiner]) {
    for (const agent of ["bob", "nobody", "", "self"]) {
      const tries = [
        await client.invoke("noop", {}, { agent }),
        await client.call("/eval", { body: { expr: "1", agent } }),
        await client.call(`/actions/noop/invoke?agent=${agent}`, { body: {} }),
        await client.call(`/context?agent=${agent}`),
        await client.call(`/poll?agent=${agent}`),
        await client.call(`/history/_shared?agent=${agent}`),
        await client.call(`/wait?condition=true&agent=${agent}`),
      ];
      expect(tries.map(outcome)).toEqual(tries.map(() => [403, "identity_mismatch"]));
    }
  }
  expect((await ana.invoke("noop", {}, { agent: "ana" })).status).toBe(200);
});

it("[AUTH-4] a room token acts as an agent with that agent's authority, which the event tells", async () => {
  const room = await createRoom();
  await room.join("ana");
  await room.owner.do("_register_action", {
    id: "mine",
    writes: [{ scope: "${self}", key: "k", value: "${self}" }],
  });
  expect((await room.owner.do("mine", {}, { agent: "ana" })).agent).toBe("ana");
  const [event] = (await room.owner.log("?kind=invoke")) as Body[];
  expect([event.agent, event.payload.acting]).toEqual(["ana", "room"]);
  expect(outcome(await room.owner.invoke("mine"))).toEqual([400, "missing_param"]);
  await room.join("bob");
  await room.owner.do("_register_action", { id: "bobs", scope: "bob", writes: [] });
  expect(outcome(await room.owner.invoke("_delete_action", { id: "bobs" }, { agent: "ana" }))).toEqual([
    403,
    "scope_denied",
  ]);
});

it("[AUTH-3] what only the room may do is refused to every other token", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  for (const client of [ana, room.viewer, room.joiner]) {
    expect(outcome(await client.call("", { method: "PATCH", body: { meta: {} } }))).toEqual([
      403,
      "room_token_required",
    ]);
    expect(outcome(await client.call("", { method: "DELETE" }))).toEqual([403, "room_token_required"]);
  }
  const grants = await ana.call("/agents/ana", { method: "PATCH", body: { name: "x", grants: ["ana"] } });
  expect(outcome(grants)).toEqual([403, "room_token_required"]);
  expect((await room.owner.context()).agents.ana.name).toBe("ana");
  expect((await ana.call("/agents/ana", { method: "PATCH", body: { name: "x" } })).body.agent.name).toBe("x");
});

it.each(["_shared", "_config", "_actions", "self", "admin", "", "a b", "__proto__"])(
  "[AUTH-3] %j is nothing to grant",
  async (scope) => {
    const room = await createRoom();
    await room.join("ana");
    const answer = await room.owner.call("/agents/ana", {
      method: "PATCH",
      body: { grants: ["bob", "_help", scope] },
    });
    expect(outcome(answer)).toEqual([400, "invalid_param"]);
  },
);

it("a view token writes nothing", async () => {
  const room = await createRoom();
  await room.owner.do("_register_action", { id: "noop", writes: [] });
  for (const action of ["noop", "_send_message", "_register_action", "nothing"]) {
    expect(outcome(await room.viewer.invoke(action))).toEqual([403, "read_only_token"]);
  }
  expect((await room.viewer.invoke("help")).status).toBe(200);
  expect(
    outcome(await new Client(room.id, room.viewer.token).call("/agents", { body: { id: "x" } })),
  ).toEqual([403, "read_only_token"]);
});
