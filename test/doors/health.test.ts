import { expect, inject, it } from "vitest";

it("the server that the doors lead to is up", async () => {
  const response = await fetch(`${inject("server")}/health`);
  expect(await response.json()).toEqual({ ok: true, version: "v8" });
});
