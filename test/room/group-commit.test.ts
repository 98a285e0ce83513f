import { expect, it } from "vitest";
import { GroupCommit } from "../../src/room/group-commit.ts";
import { createRoom } from "../support/room.ts";

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
