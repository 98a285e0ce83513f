import { describe, expect, it } from "vitest";
import type { Body, Client, TestRoom } from "../support/room.ts";
import { createRoom } from "../support/room.ts";

const WRITES = [{ scope: "${params.scope}", key: "${params.key}", value: "${params.value}" }];

async function busy(entries: number, actions = 3): Promise<{ room: TestRoom; ana: Client; bob: Client }> {
  const room = await createRoom();
  const ana = await room.join("ana");
  const bob = await room.join("bob");
  await room.owner.do("_register_action", { id: "put", description: "Write", writes: WRITES });
  const keys = Array.from({ length: 20 }, (_, index) => index);
  const writes = keys.map((index) => ({
    ...{ scope: "${params.scope}", key: `\${params.prefix}${index}`, value: "${params.value}" },
  }));
  await room.owner.do("_register_action", { id: "fill", writes });
  for (let index = 2; index < actions; index++) {
    await room.owner.do("_register_action", {
      id: `a${index}`,
      description: "One of many",
      writes: [],
      result: "1",
    });
  }
  for (let filled = 0; filled < entries; filled += 20) {
    const scope = filled % 40 === 0 ? "_tasks" : "_shared";
    await room.owner.do("fill", { scope, prefix: `k${filled}-`, value: { text: "é".repeat(filled % 37) } });
  }
  return { room, ana, bob };
}

async function read(client: Client, query: string): Promise<{ bytes: number; body: Body }> {
  const { body } = await client.call(`/context?${query}`);
  return { bytes: new TextEncoder().encode(JSON.stringify(body)).length, body };
}

describe("a budget", () => {
  it("[CTX-4] is never exceeded, and what is left out is counted by part, with the query that fetches it", async () => {
    const { ana, room } = await busy(200);
    for (const client of [ana, room.owner, room.viewer]) {
      const whole = (await read(client, "meta=false")).body;
      for (const budget of [1_000, 1_500, 2_000, 4_000, 20_000]) {
        for (const shape of ["", "&meta=true", "&compact=true&depth=full", "&include=_actions,_audit"]) {
          const { bytes, body } = await read(client, `budget=${budget}${shape}`);
          expect(bytes).toBeLessThanOrEqual(budget * 4);
          for (const { part, count, query } of body._context.elided) {
            if (!part.startsWith("state._") || part === "state._audit") continue;
            const scope = part.slice("state.".length);
            const fetched = (await read(client, query)).body.state[scope];
            expect(Object.keys(fetched).length - Object.keys(body.state[scope] ?? {}).length).toBe(count);
            if (scope in whole.state) expect(fetched).toEqual(whole.state[scope]);
          }
        }
      }
      expect((await read(client, "budget=100000")).body._context.elided).toEqual([]);
    }
  });

  it("[CTX-4] below the envelope answers the envelope", async () => {
    const { ana } = await busy(40);
    const { body } = await read(ana, "budget=1");
    expect([body.state, body.actions, body.messages.recent, body.self]).toEqual([{}, {}, [], "ana"]);
    const parts = body._context.elided.map(({ part }: Body) => part);
    expect(parts).toEqual(["state._shared", "state._tasks", "views", "agents", "actions"]);
  });

  it("[CTX-4] keeps the most salient, ties by scope and key, the same each time", async () => {
    const { ana, bob, room } = await busy(200);
    await ana.context();
    await ana.do("_register_view", { id: "v", expr: "state._tasks['k0-7']" });
    await bob.do("put", { scope: "_tasks", key: "news", value: "n" });
    const weights = { salience_weights: { recency: 0 } };
    await room.owner.call("", { method: "PATCH", body: { config: weights } });
    const query = "only=state&budget=350&messages=false";
    const { body } = await read(room.owner, `${query}&agent=ana`);
    expect(Object.keys(body.state._tasks)).toContain("k0-7");
    expect(Object.keys(body.state._tasks)).toContain("news");
    const first = Object.keys((await room.owner.context("?only=state._shared")).state._shared);
    const kept = Object.keys(body.state._shared);
    expect(kept.length).toBeGreaterThan(3);
    expect(kept).toEqual(first.slice(0, kept.length));
    expect((await read(room.owner, `${query}&agent=ana`)).body.state).toEqual(body.state);
  });

  it("[CTX-4] actions and unread directed messages come before anything that can be left out", async () => {
    const { ana, bob } = await busy(200);
    await bob.do("_send_message", { body: "for you", to: "ana" });
    for (let index = 0; index < 20; index++) await bob.do("_send_message", { body: "for all".repeat(20) });
    const { body } = await read(ana, "budget=1500");
    expect(Object.keys(body.actions)).toEqual(
      expect.arrayContaining(["put", "fill", "_send_message", "help"]),
    );
    expect(body.messages.recent.map((message: Body) => message.seq)).toContain(1);
    expect(body._context.elided.length).toBeGreaterThan(0);
  });

  it("[CTX-4] in a room with very many actions leaves room for the rest", async () => {
    const { ana } = await busy(100, 150);
    await ana.do("_register_action", { id: "mine", if: "params.x == 1", writes: [] });
    const { bytes, body } = await read(ana, "budget=2000");
    expect(bytes).toBeLessThanOrEqual(8_000);
    expect(Object.keys(body.actions).length).toBeGreaterThan(20);
    expect(Object.keys(body.actions)).toEqual(expect.arrayContaining(["mine", "help", "_send_message"]));
    expect(Object.keys(body.state._shared).length + Object.keys(body.state._tasks).length).toBeGreaterThan(
      20,
    );
  });

  it("[CTX-2] expand= keeps a part before others, and elision=none lifts a budget", async () => {
    const { ana } = await busy(200);
    const keys = async (query: string) => {
      const { state } = (await read(ana, `actions=false&budget=1000&${query}`)).body;
      return [Object.keys(state._shared ?? {}).length, Object.keys(state._tasks ?? {}).length] as const;
    };
    const [plain, tasks] = [await keys(""), await keys("expand=state._tasks")];
    expect(tasks[1]).toBeGreaterThan(plain[1] ?? 0);
    expect(await keys("elision=none")).toEqual([100, 100]);
    expect((await ana.call("/context?budget=0")).status).toBe(400);
    expect((await ana.call("/context?budget=x")).status).toBe(400);
    expect((await ana.call("/context?expand=nothing")).status).toBe(400);
  });

  it("[CTX-4, WAIT-2] shapes what a wait answers, too", async () => {
    const { ana } = await busy(200);
    const { body } = await ana.wait("true", "&budget=1000");
    expect(JSON.stringify(body.context).length).toBeLessThanOrEqual(4_000);
    expect(body.context._context.elided.length).toBeGreaterThan(0);
  });
});
