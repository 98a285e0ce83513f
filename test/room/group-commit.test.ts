import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { LIMITS } from "../../src/kernel/limits.ts";
import { GroupCommit } from "../../src/room/group-commit.ts";
import { createRoom, roomObject } from "../support/room.ts";
import { watch } from "../support/socket.ts";

/** A platform that confirms when it is told to. */
function heldPlatform() {
  const confirmations: (() => void)[] = [];
  const commits = new GroupCommit(() => new Promise((confirm) => confirmations.push(confirm)));
  const ran: string[] = [];
  return { confirmations, commits, ran, note: (name: string) => commits.run(() => ran.push(name)) };
}

it("[LOG-1] an idle room runs a command at once", () => {
  const { ran, note } = heldPlatform();
  void note("first");
  expect(ran).toEqual(["first"]);
});

it("[LOG-1] commands that come while a commit is being confirmed run together after it, in order", async () => {
  const { confirmations, ran, note } = heldPlatform();
  void note("first");
  const later = [note("second"), note("third")];
  expect(ran).toEqual(["first"]);
  confirmations.shift()?.();
  await Promise.all(later);
  expect(ran).toEqual(["first", "second", "third"]);
  expect(confirmations).toHaveLength(1);
});

it("[LOG-1] one caller alone is not made to wait; those who come beside it run together again", async () => {
  const { confirmations, ran, note } = heldPlatform();
  const confirm = () => {
    confirmations.shift()?.();
    return new Promise((resolve) => setTimeout(resolve, 0));
  };
  for (let turn = 1; turn < 8; turn++) {
    void note(`asking ${turn}`);
    await confirm();
  }
  void note("eighth");
  void note("beside the eighth");
  expect(ran.at(-1)).toBe("eighth");
  await confirm();
  expect([ran.at(-1), confirmations.length]).toEqual(["beside the eighth", 0]);
  for (let turn = 10; turn < 16; turn++) void note(`at once ${turn}`);
  expect([ran.at(-1), confirmations.length]).toEqual(["at once 15", 0]);
  void note("sixteenth");
  void note("one of two");
  void note("two of two");
  expect([ran.at(-1), confirmations.length]).toEqual(["sixteenth", 1]);
  await confirm();
  expect([ran.at(-1), confirmations.length]).toEqual(["two of two", 1]);
});

it("[LOG-1] a command that throws fails alone", async () => {
  const { confirmations, commits, note } = heldPlatform();
  void note("first");
  const failing = commits.run(() => {
    throw new Error("refused");
  });
  const following = note("second");
  confirmations.shift()?.();
  await expect(failing).rejects.toThrow("refused");
  await expect(following).resolves.toBe(2);
});

it("[LIMIT-3] so many commands wait, and so much of what they bring; those that have run make space", async () => {
  const { confirmations, commits, note } = heldPlatform();
  void note("first");
  const waiting = Array.from({ length: LIMITS.queuedCommands - 1 }, () => note("next"));
  expect(commits.hasSpace(0)).toBe(true);
  waiting.push(note("last"));
  expect(commits.hasSpace(0)).toBe(false);
  confirmations.shift()?.();
  await waiting[0];
  expect([commits.hasSpace(LIMITS.queuedBytes), commits.hasSpace(LIMITS.queuedBytes + 1)]).toEqual([
    true,
    false,
  ]);
  const large = commits.run(() => 0, LIMITS.queuedBytes);
  expect(commits.hasSpace(1)).toBe(false);
  while (confirmations.length > 0) {
    confirmations.shift()?.();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  expect([await large, commits.hasSpace(LIMITS.queuedBytes)]).toEqual([0, true]);
});

it("[LIMIT-3] a command that finds the queue full gets 503 and is not done; its like on a socket, too", async () => {
  const room = await createRoom();
  await room.owner.do("_register_action", { id: "inc", writes: [{ key: "n", increment: 1 }] });
  const socket = await watch(room.owner);
  const { token = "" } = room.owner;
  const [, claims = ""] = token.split(".");
  const { jti, inc } = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/")));
  const caller = { claims: { id: jti, kind: "room" as const, room: room.id, incarnation: inc }, agent: null };
  const replies = await runInDurableObject(roomObject(room.id), async (object, state) => {
    const inc = { call: "invoke", args: { action: "inc", params: {} }, compact: false } as const;
    const bytes = LIMITS.queuedBytes;
    const calls = [0, bytes, bytes].map((each) => object.call(caller, { ...inc, bytes: each }));
    const [server] = state.getWebSockets();
    const frame = JSON.stringify({ type: "invoke", id: "late", action: "inc" });
    if (server) await object.webSocketMessage(server, frame);
    return await Promise.all(calls);
  });
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 503]);
  expect(JSON.parse(replies[2]?.body ?? "")).toMatchObject({
    error: "overloaded",
    retryable: true,
    limit: "queuedCommands",
    retry_after_seconds: 1,
  });
  const late = await socket.until(({ id }) => id === "late");
  expect([late.status, late.error, late.retry_after_seconds]).toEqual([503, "overloaded", 1]);
  expect((await socket.ask({ type: "invoke", action: "inc" })).writes[0].value).toBe(3);
});

it("[LOG-2] many invocations at once make a log without gaps, and each is answered with an event of its own", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  await ana.do("_register_action", { id: "inc", writes: [{ key: "n", increment: 1 }] });
  const answers = await Promise.all(Array.from({ length: 150 }, () => ana.do("inc")));
  const seqs = answers.map(({ seq }) => seq).sort((a, b) => a - b);
  expect(seqs).toEqual(Array.from({ length: 150 }, (_, index) => seqs[0] + index));
  expect((await ana.context()).state._shared.n).toBe(150);
});

it("[ROOM-3] invocations that a deletion overtakes are refused, and leave nothing for a new room", async () => {
  const room = await createRoom({ id: "overtaken" });
  const ana = await room.join("ana");
  await ana.do("_register_action", { id: "inc", writes: [{ key: "n", increment: 1 }] });
  const invocations = Array.from({ length: 20 }, () => ana.invoke("inc"));
  const deletion = room.owner.call("", { method: "DELETE" });
  const statuses = (await Promise.all(invocations)).map(({ status }) => status);
  expect((await deletion).status).toBe(200);
  expect(statuses.every((status) => status === 200 || status === 401)).toBe(true);
  const successor = await createRoom({ id: "overtaken" });
  expect((await successor.owner.context()).state._shared).toBeUndefined();
});
