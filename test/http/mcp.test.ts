import { expect, it } from "vitest";
import { callTool, rpc, useTool } from "../support/mcp.ts";

it("a first look", async () => {
  for (const era of ["modern", "legacy"] as const) {
    const list = await rpc("tools/list", {}, { era });
    console.log(era, JSON.stringify(list.result ?? list).length / 4);
    const room = await useTool("create_room", {}, { era });
    const ana = await useTool("join", { id: "ana", token: room.join_token }, { era });
    console.log(JSON.stringify(await useTool("context", { token: ana.token, budget: 600 }, { era })));
    console.log(JSON.stringify(await callTool("invoke", { token: ana.token, action: "nope" }, { era })));
    console.log(JSON.stringify(await callTool("wait", { token: ana.token, condition: "false", timeout_seconds: 0.1 }, { era })));
    console.log(JSON.stringify(await callTool("wat", { token: ana.token }, { era }).catch(String)));
    console.log(JSON.stringify(await rpc("resources/list", {}, { era, token: ana.token })));
    console.log(JSON.stringify(await rpc("resources/read", {uri: `room://${room.id}/context`}, { era, token: ana.token })));
    console.log(JSON.stringify(await rpc("resources/read", {uri: `room://nope/context`}, { era, token: ana.token })));
    if (era === "modern") console.log(JSON.stringify(await rpc("server/discover", {}, { era, token: ana.token })));
  }
  expect(1).toBe(1);
});
