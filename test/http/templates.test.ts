import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { Furnishing } from "../../src/kernel/decide/furnish.ts";
import { TEMPLATES } from "../../src/templates/templates.ts";
import { folded, polled, wholeLog } from "../support/ledger.ts";
import type { Body, Client, TestRoom } from "../support/room.ts";
import { createRoom, request, roomObject } from "../support/room.ts";
import { exportText, forked, importInto } from "../support/transfer.ts";

const IDS = ["task-queue", "vote", "turn-game", "review", "lock", "blackboard"];
const VOCABULARY = ["_actions", "_views", "_help"];

/** The entries of the room's vocabulary, less the instants at which they were written. */
async function vocabulary({ owner }: Pick<TestRoom, "owner">): Promise<Body[]> {
  const { state } = (await owner.call("/poll")).body;
  const entries = state.filter(({ scope }: Body) => VOCABULARY.includes(scope));
  return entries.map(({ updated_at: _, ...entry }: Body) => entry);
}

/** What an agent is shown of the vocabulary, in which order. */
async function shown(client: Client): Promise<Body> {
  const { actions, views, _context } = await client.context("?depth=full");
  delete views._vocabulary.never_invoked;
  return { actions: Object.entries(actions), views: Object.entries(views), help: _context.help };
}

/** A room in which the owner registers by hand what the template holds. */
async function furnishedByHand(id: string): Promise<TestRoom> {
  const room = await createRoom();
  const { actions, views, how } = TEMPLATES.get(id)!;
  for (const action of actions) await room.owner.do("_register_action", action);
  for (const view of views) await room.owner.do("_register_view", view);
  const writes = [{ scope: "_help", key: "${params.key}", value: "${params.text}" }];
  await room.owner.do("_register_action", { id: "set_help", writes });
  await room.owner.do("set_help", { key: id, text: how });
  await room.owner.do("_delete_action", { id: "set_help" });
  return room;
}

describe.each(IDS)("%s", (id) => {
  it("[TPL-1] a room that begins with it is as if its owner had registered it, in one event", async () => {
    const room = await createRoom({ template: id });
    const other = await furnishedByHand(id);
    expect(await vocabulary(room)).toEqual(await vocabulary(other));
    expect(await shown(await room.join("ana"))).toEqual(await shown(await other.join("ana")));
    const [created, ...later] = await wholeLog(room.owner);
    expect([created!.kind, created!.agent]).toEqual(["room_create", null]);
    expect(later.map(({ kind }) => kind)).toEqual(["agent_join"]);
  });

  it("[TPL-1] its log folds, outlives an eviction, is replayed, forked, exported and imported", async () => {
    const room = await createRoom({ template: id });
    const before = await vocabulary(room);
    expect(folded(await wholeLog(room.owner))).toEqual(await polled(room.owner));
    await evictDurableObject(roomObject(room.id));
    expect(await vocabulary(room)).toEqual(before);
    const { actions } = (await room.owner.call("/replay/1")).body;
    const registered = TEMPLATES.get(id)!.actions.map((action) => action.id);
    expect(Object.keys(actions).slice(0, registered.length)).toEqual(registered);
    expect(await vocabulary(await forked(room))).toEqual(before);
    const copy = await createRoom({ template: id === "vote" ? "lock" : "vote" });
    const own = await vocabulary(copy);
    expect((await importInto(copy.owner, "{}\n")).status).toBe(400);
    expect(await vocabulary(copy)).toEqual(own);
    expect((await importInto(copy.owner, await exportText(room.owner))).body.imported).toBe(true);
    expect(await vocabulary(copy)).toEqual(before);
  });

  it("[TPL-2] nothing in it is broken or written in vain, and all of it says what it is for", async () => {
    const ana = await (await createRoom({ template: id })).join("ana");
    const { never_invoked: _, contested: __, ...faults } = (await ana.context()).views._vocabulary;
    expect(faults).toEqual({});
    const { actions, views, how } = TEMPLATES.get(id)!;
    expect(await ana.do("help", { key: id })).toMatchObject({ content: how, source: "room" });
    for (const { description, intent } of actions) {
      expect(String(description).length).toBeGreaterThan(15);
      expect(String(intent).length).toBeGreaterThan(15);
    }
    for (const { render, description } of views) {
      if (render)
        expect(render).toMatchObject({ type: expect.stringMatching(/^(metric|feed|view-table|view-grid)$/) });
      expect(String(description).length).toBeGreaterThan(15);
    }
    for (const [, name] of how.matchAll(/`([a-z]+_[a-z_]+)`/g)) {
      const known = [...actions.map((action) => action.id), "lease_ms", "max_attempts"];
      expect(known).toContain(name);
    }
  });
});

it("[TPL-2] the rules of a template bind its own actions, as every how says, and others are seen to be others'", async () => {
  for (const { how } of TEMPLATES.values()) expect(how).toMatch(/^These rules bind these actions only\. /m);
  const room = await createRoom({ template: "vote" });
  const [ana, eve] = [await room.join("ana"), await room.join("eve")];
  const write = { scope: "_outcomes", key: "${params.proposal}", value: "as eve likes" };
  await eve.do("_register_action", {
    id: "decide",
    params: { proposal: { type: "string" } },
    writes: [write],
  });
  await eve.do("decide", { proposal: "plan" });
  const { state, views, actions } = await ana.context("?depth=full");
  expect(state._outcomes.plan).toBe("as eve likes");
  expect(views._contested["_outcomes:${params.proposal}"]).toContain("decide");
  expect([actions.close_vote.registered_by, actions.decide.registered_by]).toEqual([null, "eve"]);
});

it("[TPL-3] anyone reads which templates there are, and each of them whole", async () => {
  const { status, body, headers } = await request("/templates");
  expect([status, headers.get("Access-Control-Allow-Origin")]).toEqual([200, "*"]);
  expect(body.templates.map(({ id }: Body) => id)).toEqual(IDS);
  for (const { id, title, description, actions, views } of body.templates) {
    const whole = (await request(`/templates/${id}`)).body;
    expect(whole).toMatchObject({ id, title, description });
    expect(whole.actions.map((action: Body) => action.id)).toEqual(actions);
    expect(whole.views.map((view: Body) => view.id)).toEqual(views);
  }
  expect((await request("/templates", { method: "HEAD" })).status).toBe(405);
});

it.each([
  ["an action without writes", { actions: [{ id: "a" }] }, "actions[0].writes"],
  ["params that are none", { actions: [{ id: "a", writes: [], params: [] }] }, "actions[0].params"],
  ["a scope that is none", { actions: [{ id: "a", writes: [], scope: 7 }] }, "actions[0].scope"],
  [
    "a view that is no CEL",
    {
      views: [
        { id: "v", expr: "1" },
        { id: "w", expr: "1 +" },
      ],
    },
    "views[1].expr",
  ],
  ["a number beyond JSON's", { entries: [{ scope: "_help", key: "k", value: 2 ** 60 }] }, "k"],
])("[TPL-1] a template that brings %s makes no room", async (_, part, path) => {
  const furnishing = { actions: [], views: [], entries: [], ...part } as Furnishing;
  const id = `tpl-${crypto.randomUUID()}`;
  const { status, body } = await roomObject(id).create({ id, meta: {}, join: "open", furnishing }, false);
  expect([status, JSON.parse(body).path]).toEqual([400, path]);
  expect((await createRoom({ id })).id).toBe(id);
});

it("[TPL-3] an unknown template creates no room, and the nearest is suggested", async () => {
  const { status, body } = await request("/rooms", { body: { id: "tpl-3", template: "task-queu" } });
  expect([status, body.error]).toEqual([400, "invalid_request"]);
  expect(body.faults).toEqual([{ path: "template", problem: "is not known" }]);
  expect(body.suggestion).toEqual({ path: "template", from: "task-queu", to: "task-queue" });
  for (const id of IDS) expect(body.hint).toContain(id);
  expect((await request("/rooms", { body: { id: "tpl-3" } })).status).toBe(201);
  const missing = await request("/templates/Lock");
  expect([missing.status, missing.body.error, missing.body.suggestion.to]).toEqual([
    404,
    "not_found",
    "lock",
  ]);
  for (const template of [7, null, ["vote"], "constructor", ""]) {
    expect((await request("/rooms", { body: { template } })).status).toBe(400);
  }
  const both = await request("/rooms", { body: { template: "vote", import: { tables: {} } } });
  expect([both.status, both.body.faults[0].path]).toEqual([400, "template"]);
});
