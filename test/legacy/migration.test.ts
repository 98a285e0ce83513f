import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import tea from "../fixtures/legacy-rooms/tea-or-coffee.json";
import { fold } from "../support/fold.ts";
import { wholeLog } from "../support/ledger.ts";
import type { Dump } from "../support/legacy.ts";
import {
  copyOf,
  evict,
  expectOriginalContexts,
  imported,
  liveEntries,
  madeDump,
  moveTo,
  PHASES,
  sides,
  sql,
} from "../support/legacy.ts";
import type { Body } from "../support/room.ts";
import { roomObject } from "../support/room.ts";

const TEA = tea as unknown as Dump;

async function crash(room: string): Promise<void> {
  await runInDurableObject(roomObject(room), (_, state) => state.abort("crash")).catch(() => undefined);
}

it("[LEGACY-3] with both sides begins in dual, where scopes are preferred, and differences hold it up", async () => {
  const dump = madeDump({
    agents: [{ id: "ana", role: "old" }],
    actions: [
      { id: "a", description: "row" },
      { id: "b", description: "row" },
    ],
    state: [
      { scope: "_actions", key: "b", value: '{"description":"scope","writes":[]}', revision: 3 },
      { scope: "_actions", key: "c", value: '{"writes":[],"registered_by":"ana"}' },
      {
        scope: "_agents",
        key: "ana",
        value: '{"name":"Someone","role":"new","joined_at":"2026-11-01T10:00:00.000Z"}',
      },
    ],
  });
  const { room, report } = await imported(dump);
  expect(report.phase).toBe("dual");
  const { owner } = room;
  const { actions, agents } = await owner.context();
  expect(Object.keys(actions).slice(0, 3)).toEqual(["a", "b", "c"]);
  expect([actions.b.description, agents.ana.role]).toEqual(["scope", "new"]);
  const { body } = await owner.call("/migration");
  const paths = body.differences.filter(({ agent }: Body) => agent === null).map(({ path }: Body) => path);
  expect(paths).toEqual([
    ...["context.agents.ana.role", "context.actions.b.description", "context.actions.b.hash"],
    ...["context.actions.c", "available.c"],
  ]);
  const refused = await owner.call("/migration", { body: { to: "validated" } });
  expect(refused.status).toBe(409);
  expect(refused.body).toMatchObject({ error: "phase_conflict", difference_count: body.difference_count });
  await owner.do("_register_action", { id: "b", description: "anew", writes: [] });
  expect((await owner.call("/migration")).body.difference_count).toBeLessThan(body.difference_count);
  const forced = await owner.call("/migration", { body: { to: "validated", force: true } });
  expect(forced.body).toMatchObject({ phase: "validated", difference_count: expect.any(Number) });
  const event = (await wholeLog(owner)).at(-1);
  expect(event).toMatchObject({
    kind: "migrate",
    payload: { migration: { from: "dual", to: "validated", forced: true } },
  });
  expect(event?.payload.migration?.differences).toEqual(forced.body.differences);
});

it("[LEGACY-5] a difference that is planted on either side is found by path, for the readers that see it", async () => {
  const { room } = await imported(
    madeDump({
      agents: [{ id: "ana" }],
      actions: [{ id: "go" }, { id: "hid" }],
      views: [{ id: "v", expr: "1" }],
    }),
  );
  await moveTo(room, "dual");
  await sql(
    room.id,
    "UPDATE state SET value = json_set(value, '$.expr', '2') WHERE scope = '_views'",
    "UPDATE actions SET if_expr = 'false' WHERE id = 'go'",
    `UPDATE state SET timer = '{"effect":"enable","expires_at":"2030-01-01T00:00:00.000Z"}' WHERE key = 'hid'`,
  );
  await evict(room.id);
  const { differences } = (await room.owner.call("/migration")).body;
  const of = (agent: string | null) =>
    differences.filter((each: Body) => each.agent === agent).map(({ path }: Body) => path);
  expect(of("ana")).toEqual(["available.go", "available.hid"]);
  expect(of(null)).toEqual([
    ...["context.views.v", "context.actions.go.available", "context.actions.go.if"],
    ...[
      "context.actions.go.hash",
      "context.actions.hid",
      "available.go",
      "available.hid",
      "hidden._actions.hid",
    ],
  ]);
  expect(differences.find(({ path }: Body) => path === "context.views.v")).toMatchObject({
    legacy: 1,
    v8: 2,
  });
});

it("[LEGACY-5] takes one step at a time, by the owner alone, and says which", async () => {
  const { room } = await imported(madeDump({ agents: [{ id: "ana" }] }));
  const move = (body: Body) => room.owner.call("/migration", { body });
  for (const to of ["validated", "v8", "legacy"]) {
    expect((await move({ to })).body).toMatchObject({
      error: "phase_conflict",
      phase: "legacy",
      next: "dual",
      back: null,
    });
  }
  expect((await move({ to: "sideways" })).status).toBe(400);
  expect((await room.viewer.call("/migration", { body: { to: "dual" } })).body.error).toBe(
    "room_token_required",
  );
  expect((await move({ to: "dual" })).body).toMatchObject({
    phase: "dual",
    next: "validated",
    back: "legacy",
  });
  await moveTo(room, "v8");
  expect((await move({ to: "validated" })).body).toMatchObject({
    error: "phase_conflict",
    next: null,
    back: null,
  });
  const steps = (await wholeLog(room.owner)).filter(({ kind }) => kind === "migrate");
  expect(steps.map(({ payload }) => payload.migration?.to)).toEqual(["dual", "validated", "v8"]);
});

it("[LEGACY-5] a crash between any two steps leaves a phase that works", async () => {
  const dump = copyOf(TEA);
  const { room } = await imported(dump);
  for (const to of PHASES.slice(1)) {
    const step = room.owner.call("/migration", { body: { to } }).catch(() => null);
    await crash(room.id);
    await step;
    await expectOriginalContexts(dump);
    await moveTo(room, to);
    await crash(room.id);
    await expectOriginalContexts(dump);
    expect(fold(await wholeLog(room.owner)), to).toEqual(await liveEntries(room));
  }
});

it("[LEGACY-5, LOG-1] a step that fails is not taken, and can be taken again", async () => {
  const { room } = await imported(madeDump({ agents: [{ id: "ana" }], views: [{ id: "v", expr: "1" }] }));
  const before = await wholeLog(room.owner);
  const fail = "BEGIN SELECT RAISE(ABORT, 'disk'); END";
  await sql(room.id, `CREATE TRIGGER broken BEFORE INSERT ON state WHEN NEW.scope = '_views' ${fail}`);
  expect((await room.owner.call("/migration", { body: { to: "dual" } })).status).toBe(503);
  expect((await sides(room.id)).entries).toEqual({ _agents: {}, _actions: {}, _views: {} });
  expect(await wholeLog(room.owner)).toEqual(before);
  await sql(room.id, "DROP TRIGGER broken");
  expect((await room.owner.call("/migration", { body: { to: "dual" } })).body).toMatchObject({
    phase: "dual",
  });
  expect((await room.owner.context()).views).toEqual({ v: 1 });
});
