import { expect, inject, it } from "vitest";
import type { LogEvent } from "../../src/client/main.ts";
import { createRoom, health, Room, SyncError, template, templates } from "../../src/client/main.ts";
import type { OperationId } from "../../src/protocol/operations.ts";
import { OPERATIONS } from "../../src/protocol/operations.ts";

const server = inject("server");

const VOTE = {
  id: "vote",
  params: { choice: { type: "string", enum: ["tea", "coffee"], required: true } },
  writes: [{ scope: "_votes", key: "${self}", value: "${params.choice}" }],
  result: "size(state._votes)",
};

interface Words {
  readonly actions: {
    readonly vote: { readonly params: { readonly choice: "tea" | "coffee" }; readonly result: number };
  };
  readonly views: { readonly votes: number };
  readonly state: { readonly _votes?: Readonly<Record<string, string>> };
}

/** A room with a word and a view, and ana in it. */
async function furnished() {
  const made = await createRoom<Words>(server, { meta: { subject: "drinks" } });
  await made.room.registerAction(VOTE);
  await made.room.registerView({
    id: "votes",
    expr: "size(state._votes)",
    render: { type: "metric", temporal: true },
  });
  const { joinToken: token, id } = made;
  const ana = await Room.join<Words>({
    server,
    room: id,
    token,
    id: "ana",
    role: "voter",
    state: { mood: "calm" },
    publicKeys: ["mood"],
  });
  return { ...made, ana };
}

async function everything<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The method, or function, of each call. */
const METHODS = {
  createRoom,
  health,
  templates,
  template,
  getRoom: Room.prototype.info,
  stats: Room.prototype.stats,
  updateRoom: Room.prototype.update,
  deleteRoom: Room.prototype.delete,
  join: Room.prototype.join,
  updateAgent: Room.prototype.updateAgent,
  leave: Room.prototype.leave,
  context: Room.prototype.context,
  invoke: Room.prototype.invoke,
  invokeMany: Room.prototype.invokeMany,
  wait: Room.prototype.wait,
  watch: Room.prototype.watch,
  evaluate: Room.prototype.evaluate,
  poll: Room.prototype.poll,
  log: Room.prototype.log,
  verify: Room.prototype.verify,
  scopeHistory: Room.prototype.history,
  keyHistory: Room.prototype.history,
  replay: Room.prototype.replay,
  samples: Room.prototype.samples,
  salience: Room.prototype.salience,
  export: Room.prototype.export,
  import: Room.prototype.import,
  fork: Room.prototype.fork,
  mintToken: Room.prototype.mintToken,
  listTokens: Room.prototype.listTokens,
  revokeToken: Room.prototype.revokeToken,
  migration: Room.prototype.migration,
  migrate: Room.prototype.migrate,
} satisfies Record<OperationId, unknown>;

it("[SDK-1] every call has its method", () => {
  expect(Object.keys(METHODS).sort()).toEqual(Object.keys(OPERATIONS).sort());
  for (const method of Object.values(METHODS)) expect(method).toBeInstanceOf(Function);
});

it("[SDK-1] rooms are made, set, forked and deleted", async () => {
  expect(await health(server)).toMatchObject({ ok: true });
  const { room, id, viewToken } = await createRoom(server, { meta: { a: 1 }, join: "open" });
  expect(await room.info()).toMatchObject({ id, meta: { a: 1 }, join: "open", seq: 1 });
  expect(await room.update({ meta: { a: 2 }, config: { retention: { days: 3 } } })).toMatchObject({
    meta: { a: 2 },
  });
  const { room: fork, forkedFrom } = await room.fork({ at: 1 });
  expect(forkedFrom).toEqual({ room: id, seq: 1 });
  expect((await fork.info()).meta).toEqual({ a: 1 });
  expect(await room.migration()).toMatchObject({ phase: "v8", next: null });
  await expect(room.migrate("dual")).rejects.toMatchObject({ code: "phase_conflict" });
  await room.delete();
  await expect(new Room({ server, room: id, token: viewToken }).info()).rejects.toMatchObject({
    code: "invalid_token",
    status: 401,
  });
});

it("[SDK-1] a room begins with a template", async () => {
  const [vote] = (await templates(server)).filter(({ id }) => id === "vote");
  expect(vote?.actions).toEqual((await template(server, "vote")).actions.map(({ id }) => id));
  const { room } = await createRoom(server, { template: "vote" });
  const { actions, views } = await room.context();
  expect(Object.keys(actions)).toEqual(expect.arrayContaining([...(vote?.actions ?? ["none"])]));
  expect(Object.keys(views)).toEqual(expect.arrayContaining([...(vote?.views ?? ["none"])]));
});

it("[SDK-1] agents join, change and leave; a room token acts as one", async () => {
  const { room, ana } = await furnished();
  expect([ana.agent, ana.id]).toEqual(["ana", room.id]);
  expect((await room.updateAgent("ana", { grants: ["_help"] })).agent.grants).toEqual(["_help"]);
  const asAna = room.as("ana");
  expect((await asAna.context({ only: ["state"] })).self).toBe("ana");
  expect((await asAna.invoke("vote", { choice: "tea" })).agent).toBe("ana");
  expect(await asAna.evaluate("self")).toEqual({ expression: "self", value: "ana" });
  const anew = await room.join({ id: "ana" });
  expect((await anew.leave()).agent.status).toBe("left");
  await expect(room.leave()).rejects.toBeInstanceOf(TypeError);
});

it("[SDK-1] actions are registered, tried, invoked, and deleted", async () => {
  const { room, ana } = await furnished();
  const vote = ana.action("vote");
  expect((await vote({ choice: "tea" })).result).toBe(1);
  expect(await ana.dryRun("vote", { choice: "coffee" })).toMatchObject({ allowed: true });
  expect(await ana.dryRun("vote", { choice: "milk" as "tea" })).toMatchObject({
    allowed: false,
    error: "invalid_param",
  });
  const { results } = await ana.invokeMany([
    { action: "vote", params: { choice: "coffee" } },
    { action: "vote", params: { choice: "milk" } },
  ]);
  expect(results.map(({ status }) => status)).toEqual([200, 400]);
  const invocations = [{ action: "vote", params: { choice: "tea" } }, { action: "gone" }];
  await expect(ana.invokeMany(invocations, { atomic: true })).rejects.toMatchObject({
    code: "action_not_found",
    details: { index: 1 },
  });
  expect((await ana.sendMessage({ body: "hello", to: "ana" })).message).toMatchObject({ seq: 1 });
  expect((await ana.help()).keys).toContain("guide");
  expect((await ana.help("guide")).content).toContain("room");
  const { actions } = await ana.context({ only: ["actions"], depth: "full" });
  const ifHash = actions.vote?.hash ?? "";
  expect(await ana.deleteAction("vote", { ifHash })).toMatchObject({ deleted: true, id: "vote" });
  expect(await room.deleteView("votes")).toMatchObject({ deleted: true });
});

it("[SDK-1] what a room holds and held can be read, whole lists page by page", async () => {
  const { room, ana } = await furnished();
  for (const choice of ["tea", "coffee", "tea"] as const) await ana.invoke("vote", { choice });
  const { views, state } = await ana.context({ only: ["views", "state._votes"] });
  expect([views.votes, state]).toEqual([1, { _votes: { ana: "tea" } }]);
  expect((await room.poll()).resolved.votes).toBe(1);
  const events = await everything(room.log({ limit: 2 }));
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect((await room.logPage({ limit: 2 })).next).toBe(2);
  const own: LogEvent[] = await everything(room.log({ agent: "ana", kind: "invoke" }));
  expect(own).toHaveLength(3);
  expect(await room.verify()).toMatchObject({ ok: true, seq: events.length });
  const entries = await everything(ana.history("_votes", { key: "ana", limit: 1 }));
  expect(entries.map(({ revision, before }) => [before.revision, revision])).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
  ]);
  expect((await ana.historyPage("_votes", { prefix: "a" })).entries).toHaveLength(3);
  expect((await room.replay(own[0]!.seq)).state._votes?.ana?.value).toBe("tea");
  expect((await everything(room.samples("votes", { limit: 1 })))[0]).toMatchObject({ value: 0 });
  expect((await ana.salience({ limit: 1 })).entries).toHaveLength(1);
});

it("[SDK-1] a room leaves as a stream of lines, and comes in as one", async () => {
  const { room, ana } = await furnished();
  await ana.invoke("vote", { choice: "tea" });
  const { room: copy } = await createRoom(server);
  expect(await copy.import(await room.export())).toMatchObject({ imported: true, origin: { room: room.id } });
  expect((await copy.context()).state._votes).toEqual({ ana: "tea" });
});

it("[SDK-1] tokens are minted, listed and revoked", async () => {
  const { room } = await furnished();
  const { id, token } = await room.mintToken({ kind: "view", label: "wall", expiresIn: 60 });
  const wall = new Room({ server, room: room.id, token });
  expect((await wall.info()).id).toBe(room.id);
  expect((await room.listTokens()).find((each) => each.id === id)).toMatchObject({ label: "wall" });
  await room.revokeToken(id);
  await expect(wall.info()).rejects.toMatchObject({ code: "invalid_token" });
});

it("[SDK-6] a refusal is an error that says what to do", async () => {
  const { ana } = await furnished();
  const refused = await ana.invoke("vote", { choice: "milk" as "tea" }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(SyncError);
  expect(refused).toMatchObject({ code: "invalid_param", status: 400, retryable: false });
  expect(SyncError.is(refused, "invalid_param", "missing_param")).toBe(true);
  expect(SyncError.is(refused, "cel_error")).toBe(false);
});

it("[SDK-4] a wait answers when its condition holds, and with what does not when its time is over", async () => {
  const { ana } = await furnished();
  const waiting = ana.wait("state._votes.ana == 'tea'", { include: ["views"] });
  await ana.invoke("vote", { choice: "tea" });
  expect(await waiting).toMatchObject({ triggered: true, views: { votes: 1 } });
  const over = await ana.wait("state._votes.ana == 'coffee'", { timeout: 20, only: ["state"] });
  expect(over).toMatchObject({ triggered: false, context: { state: { _votes: { ana: "tea" } } } });
  expect(over.triggered ? [] : over.unmet).toHaveLength(1);
});
