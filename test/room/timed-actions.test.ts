import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { oversleep, untilStatus } from "../support/inside.ts";
import type { Body, Client, TestRoom } from "../support/room.ts";
import { createRoom, roomObject } from "../support/room.ts";

const HOUR = 3_600_000;

interface Setting {
  readonly room: TestRoom;
  readonly ana: Client;
  readonly bob: Client;
}

async function setting(): Promise<Setting> {
  const room = await createRoom();
  return { room, ana: await room.join("ana"), bob: await room.join("bob") };
}

/** An action that is in cooldown for an hour after each invocation. */
const REST = { id: "go", writes: [{ key: "n", increment: 1 }], on_invoke: { timer: { ms: HOUR } } };

/** One that is so until `turn` was written twice. */
const PASS = { ...REST, on_invoke: { timer: { ticks: 2, tick_on: "state._shared.turn", effect: "enable" } } };

const TURN = { id: "turn", writes: [{ key: "turn", increment: 1 }] };

async function refusal(client: Client, action: string, params: Body = {}): Promise<Body> {
  const { status, body } = await client.invoke(action, params);
  return { status, ...body };
}

async function shown(client: Client, query = ""): Promise<Body> {
  return (await client.context(`?only=actions${query}`)).actions.go;
}

describe("a dormant action", () => {
  it("[TIMER-1] is in no context and no expression, and refuses with the time from which it can be invoked", async () => {
    const { room, ana, bob } = await setting();
    const timer = { ms: HOUR, effect: "enable" };
    const { writes, definition } = await ana.do("_register_action", { id: "go", writes: [], timer });
    const available_at = writes[0].timer.expires_at;
    expect(definition.timer).toEqual(timer);
    for (const depth of ["lean", "full", "usage"])
      expect(await shown(bob, `&depth=${depth}`)).toBeUndefined();
    expect((await bob.eval('["go" in actions, actions.go == null]')).value).toEqual([false, true]);
    expect((await bob.call("/poll")).body.available.go).toBeUndefined();
    expect(await refusal(bob, "go")).toMatchObject({
      ...{ status: 409, error: "action_cooldown", retryable: true, available_at, help: "timers" },
      hint: expect.stringContaining('actions["go"].available'),
    });
    await oversleep(room);
    const live = await shown(bob);
    expect([live.available, live.enabled]).toEqual([true, true]);
    expect((await shown(bob, "&depth=full")).timer).toEqual(timer);
    await bob.do("go");
  });
});

describe("an action that a timer deletes", () => {
  const timer = { ms: HOUR, effect: "delete" };

  it("[TIMER-6] is action_expired from then on, until it is registered again", async () => {
    const { room, ana, bob } = await setting();
    const action = { id: "go", writes: [], timer };
    await ana.do("_register_action", action);
    await bob.do("go");
    await oversleep(room);
    expect(await refusal(bob, "go")).toMatchObject({
      status: 404,
      error: "action_expired",
      retryable: false,
    });
    expect(await shown(bob)).toBeUndefined();
    expect((await refusal(bob, "never")).error).toBe("action_not_found");
    await bob.do("_register_action", action);
    await bob.do("go");
    expect((await shown(bob, "&depth=usage")).invocations).toBe(1);
    await bob.do("_delete_action", { id: "go" });
    expect((await refusal(bob, "go")).error).toBe("action_not_found");
  });
});

describe("a cooldown", () => {
  it("[TIMER-1] refuses the next invocation of anybody until its time is over", async () => {
    const { room, ana, bob } = await setting();
    await ana.do("_register_action", REST);
    const { writes, cooldown } = await bob.do("go");
    expect(writes).toMatchObject([{ scope: "_shared", key: "n", value: 1 }]);
    expect(Object.keys(cooldown)).toEqual(["available_at"]);
    for (const client of [ana, bob, room.owner]) {
      expect(await refusal(client, "go")).toMatchObject({
        status: 409,
        error: "action_cooldown",
        ...cooldown,
      });
    }
    expect(await shown(ana)).toBeUndefined();
    await oversleep(room);
    expect((await ana.do("go")).writes[0].value).toBe(2);
  });

  it("[TIMER-1] is no part of the definition, of its hash or of its revision", async () => {
    const { room, ana, bob } = await setting();
    const { hash, revision } = await ana.do("_register_action", REST);
    const { cooldown, seq } = await bob.do("go", {});
    expect((await ana.invoke("go", {}, { if_action_hash: hash })).body.error).toBe("action_cooldown");
    await oversleep(room);
    const full = await shown(ana, "&depth=full");
    expect([full.hash, full.on_invoke]).toEqual([hash, { timer: { ms: HOUR, effect: "enable" } }]);
    const { entries } = (await bob.call("/history/_actions/go")).body;
    const began = { op: "cooldown", seq, revision, hash };
    expect(entries[1]).toMatchObject({
      ...began,
      cooldown: { effect: "enable", expires_at: cooldown.available_at },
    });
  });

  it("[TIMER-1] is looked at before enabled, params and if", async () => {
    const { ana } = await setting();
    const clauses = { enabled: "state._shared.n == null", params: { p: { type: "string" } }, if: "false" };
    await ana.do("_register_action", { ...REST, ...clauses, if: "state._shared.n == null" });
    await ana.do("go");
    expect((await refusal(ana, "go", { p: 1 })).error).toBe("action_cooldown");
  });

  it("[TIMER-1] begins with accepted invocations only", async () => {
    const { ana } = await setting();
    await ana.do("_register_action", { ...REST, if: "params.ok == true" });
    expect((await refusal(ana, "go", { ok: false })).error).toBe("precondition_failed");
    const { body } = await ana.invoke("go", { ok: true }, { dry_run: true });
    expect([body.allowed, body.writes.length, Object.keys(body.cooldown)]).toEqual([
      true,
      1,
      ["available_at"],
    ]);
    await ana.do("go", { ok: true });
    const dry = (await ana.invoke("go", { ok: true }, { dry_run: true })).body;
    expect(dry).toMatchObject({ allowed: false, error: "action_cooldown", clause: "cooldown" });
  });

  it("[TIMER-3] by ticks is over after so many writes, and says how many are left", async () => {
    const { ana, bob } = await setting();
    for (const action of [PASS, TURN]) await ana.do("_register_action", action);
    expect((await bob.do("go")).cooldown).toEqual({ ticks_remaining: 2 });
    expect((await refusal(bob, "go")).ticks_remaining).toBe(2);
    await ana.do("turn");
    expect((await refusal(bob, "go")).ticks_remaining).toBe(1);
    expect(await shown(bob)).toBeUndefined();
    const { seq } = await ana.do("turn");
    expect((await ana.log(`?after=${seq}`)).map(({ kind }) => kind)).toEqual(["timer"]);
    await bob.do("go");
  });

  it("[TIMER-2] that ends wakes a wait on the action's availability", async () => {
    const { room, ana, bob } = await setting();
    for (const action of [PASS, TURN]) await ana.do("_register_action", action);
    await bob.do("go");
    const waiting = bob.wait('actions["go"].available');
    await untilStatus(room, "bob", "waiting");
    await ana.do("turn");
    await ana.do("turn");
    expect((await waiting).body.context.actions.go.available).toBe(true);
  });

  it("[TIMER-7] goes on when the action is registered anew, and ends with a definition that has none", async () => {
    const { room, ana, bob } = await setting();
    for (const action of [PASS, TURN]) await ana.do("_register_action", action);
    await bob.do("go");
    await ana.do("turn");
    await ana.do("_register_action", { ...PASS, description: "the same, described" });
    expect((await refusal(bob, "go")).ticks_remaining).toBe(1);
    await evictDurableObject(roomObject(room.id));
    expect((await refusal(bob, "go")).ticks_remaining).toBe(1);
    await ana.do("_register_action", REST);
    expect((await refusal(bob, "go")).ticks_remaining).toBe(1);
    await ana.do("_register_action", { id: "go", writes: [] });
    await bob.do("go");
  });

  it("[TIMER-7] by the clock goes on to the same instant", async () => {
    const { ana, bob } = await setting();
    await ana.do("_register_action", REST);
    const { cooldown } = await bob.do("go");
    await ana.do("_register_action", { ...REST, on_invoke: { timer: { ms: 1 } } });
    expect(await refusal(bob, "go")).toMatchObject(cooldown);
  });

  it("[TIMER-7] and the action's own timer do not touch each other", async () => {
    const { room, ana, bob } = await setting();
    await ana.do("_register_action", REST);
    const { available_at } = (await bob.do("go")).cooldown;
    const timer = { ticks: 1, tick_on: "_shared.turn", effect: "enable" };
    for (const action of [{ ...REST, timer }, TURN]) await ana.do("_register_action", action);
    expect(await refusal(bob, "go")).toMatchObject({ available_at, ticks_remaining: 1 });
    await ana.do("turn");
    const after = await refusal(bob, "go");
    expect([after.available_at, after.ticks_remaining]).toEqual([available_at, undefined]);
    await ana.do("_register_action", { ...REST, timer: { ms: 2 * HOUR, effect: "enable" } });
    expect((await refusal(bob, "go")).available_at > available_at).toBe(true);
    await oversleep(room);
    await bob.do("go");
  });

  it("[TIMER-7] of effect delete has the action gone so long after its last use", async () => {
    const { room, ana, bob } = await setting();
    const on_invoke = { timer: { ms: HOUR, effect: "delete" } };
    await ana.do("_register_action", { ...REST, on_invoke });
    expect(Object.keys((await bob.do("go")).cooldown)).toEqual(["expires_at"]);
    await bob.do("go");
    await oversleep(room);
    expect((await refusal(bob, "go")).error).toBe("action_expired");
  });

  it("[TIMER-7] that deletes the action while it is dormant ends both timers, in one operation", async () => {
    const { room, ana, bob } = await setting();
    const on_invoke = { timer: { ms: HOUR, effect: "delete" } };
    await ana.do("_register_action", { ...REST, on_invoke });
    await bob.do("go");
    await ana.do("_register_action", { ...REST, on_invoke, timer: { ms: HOUR, effect: "enable" } });
    await oversleep(room);
    const events = await room.owner.log("?kind=timer");
    expect(events.map(({ payload }) => payload.writes.map(({ op }: Body) => op))).toEqual([["delete"]]);
  });

  it("[TIMER-7] leaves the timer that deletes the action running", async () => {
    const { room, ana, bob } = await setting();
    const timer = { ticks: 1, tick_on: "_shared.turn", effect: "delete" };
    for (const action of [{ ...REST, timer }, TURN]) await ana.do("_register_action", action);
    await bob.do("go");
    await ana.do("turn");
    expect((await refusal(bob, "go")).error).toBe("action_expired");
    expect(await room.owner.log("?kind=timer")).toHaveLength(1);
  });

  it("[ACT-9] is begun once by an invocation that is repeated with its key", async () => {
    const { ana } = await setting();
    await ana.do("_register_action", REST);
    const first = await ana.do("go", {}, { idempotency_key: "one" });
    expect(await ana.do("go", {}, { idempotency_key: "one" })).toEqual(first);
  });

  it("[AUTH-5] that ticks on a private scope tells what is left to its readers only", async () => {
    const { room, ana, bob } = await setting();
    const timer = { ticks: 3, tick_on: "state.self.secret" };
    await ana.do("_register_action", { ...REST, on_invoke: { timer } });
    const answer = await bob.do("go");
    expect(answer.cooldown).toEqual({});
    expect((await refusal(bob, "go")).ticks_remaining).toBeUndefined();
    for (const client of [ana, room.owner]) {
      expect((await refusal(client, "go")).ticks_remaining).toBe(3);
    }
  });
});

describe("a view", () => {
  it("[VIEW-3] whose timer hides it is absent, and there when the timer has fired", async () => {
    const room = await createRoom();
    const ana = await room.join("ana");
    const view = { id: "v", scope: "_shared", expr: "41 + 1", timer: { ms: HOUR, effect: "enable" } };
    expect(await ana.do("_register_view", view)).toMatchObject({
      value: null,
      definition: { timer: view.timer },
    });
    await ana.do("_register_view", { id: "w", scope: "_shared", expr: 'has(views.v) ? views.v : "none"' });
    expect((await room.viewer.context()).views).toEqual({ w: "none" });
    await oversleep(room);
    expect((await room.viewer.context()).views).toEqual({ v: 42, w: 42 });
  });

  it("[TIMER-1] is gone after its time, those that a join brings too", async () => {
    const room = await createRoom();
    const timer = { ms: HOUR, effect: "delete" };
    await room.join("cat", {
      views: [
        { id: "c", expr: "self", timer },
        { id: "d", expr: "self" },
      ],
    });
    expect((await room.viewer.context()).views).toEqual({ c: "cat", d: "cat" });
    await oversleep(room);
    expect((await room.viewer.context()).views).toEqual({ d: "cat" });
  });
});
