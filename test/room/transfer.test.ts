import { beforeEach, describe, expect, it } from "vitest";
import type { Client, TestRoom } from "../support/room.ts";
import { createRoom, request } from "../support/room.ts";
import { bodyOf, exportLines, importInto } from "../support/transfer.ts";

let room: TestRoom;
let ana: Client;

beforeEach(async () => {
  room = await createRoom();
  ana = await room.join("ana", { state: { secret: 1 } });
  await ana.do("_register_action", {
    id: "set",
    params: { key: { type: "string", required: true }, value: { type: "any" } },
    writes: [{ key: "${params.key}", value: "${params.value}" }],
  });
  await ana.do("set", { key: "a", value: 1 });
});

describe("export", () => {
  it("[EXPORT-1] x", async () => {
    const lines = await exportLines(room.owner);
    console.log(JSON.stringify(lines, null, 1).slice(0, 1500));
    const target = await createRoom();
    const answer = await importInto(target.owner, bodyOf(lines));
    console.log(answer.body);
    expect(answer.status).toBe(200);
    const made = await room.owner.call("/fork", { body: {} });
    console.log(made.body);
    const fork = made.body;
    const poll = await request(`/rooms/${fork.id}/log`, { token: fork.token });
    console.log(JSON.stringify(poll.body));
  });
});
