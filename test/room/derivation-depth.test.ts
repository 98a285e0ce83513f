import { expect, it } from "vitest";
import { createRoom } from "../support/room.ts";

it("[VIEW-2] a chain of views of any length has its value, whatever is read first", async () => {
  const room = await createRoom();
  const views = Array.from({ length: 120 }, (_, index) => ({
    id: `v${index}`,
    expr: index === 119 ? "1" : `views.v${index + 1} + (((((((((((views.v${index + 1} * 0)))))))))))`,
  }));
  const ana = await room.join("ana", { views });
  const { _vocabulary, ...values } = (await ana.context("?only=views")).views;
  expect(Object.values(values)).toEqual(Array(120).fill(1));
  expect(_vocabulary).toEqual({ unread_views: { count: 1, views: ["v0"] } });
});

it("[VIEW-2] views that read the clock are evaluated once a read, however often they are read through", async () => {
  const room = await createRoom();
  const views = Array.from({ length: 40 }, (_, index) => ({
    id: `v${index}`,
    expr: index === 39 ? "now == now ? 1 : 0" : `views.v${index + 1} + views.v${index + 1} > 0 ? 1 : 0`,
  }));
  const ana = await room.join("ana", { views });
  expect((await ana.eval("views.v0")).value).toBe(1);
});

it("[VIEW-2] a cycle that is longer than the stack is deep ends in an error", async () => {
  const room = await createRoom();
  const views = Array.from({ length: 60 }, (_, index) => ({
    id: `v${index}`,
    expr: `views.v${(index + 1) % 60}`,
  }));
  const ana = await room.join("ana", { views });
  const { status, body } = await ana.call("/context?only=views");
  expect(status).toBe(200);
  expect(JSON.stringify(body.views)).toContain("cycle: ");
});
