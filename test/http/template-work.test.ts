import { expect, it } from "vitest";
import { oversleep } from "../support/inside.ts";
import type { Body, TestRoom } from "../support/room.ts";
import { BAD, begun, LEASE, refusals, UNMET, views } from "../support/template-room.ts";

it("[TPL-2] task-queue: the best task first, a lost claim tried again, each result once", async () => {
  const { room, ana, ben, cid } = await begun("task-queue");
  expect((await views(room)).settled).toBe(false);
  for (const [body, priority] of [["a", "low"], ["b"], ["c", "high"], ["d"]])
    await ana.do("post_task", { body, priority });
  expect((await views(room)).ready).toEqual(["3", "2", "4", "1"]);
  const claim = { key: "3", ...LEASE };
  const claims = await Promise.all([ana, ben, cid].map((agent) => agent.invoke("claim_task", claim)));
  expect(claims.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  const winner = [ana, ben, cid][claims.findIndex(({ status }) => status === 200)]!;
  const loser = winner === ana ? ben : ana;
  expect(claims.find(({ status }) => status === 200)!.body.result).toEqual({ body: "c", attempt: 1 });
  const done = { key: "3", result: "C" };
  expect(
    await refusals(
      loser,
      ["complete_task", done],
      ["renew_task", claim],
      ["release_task", { key: "3", reason: "" }],
      ["claim_task", { key: "9", ...LEASE }],
    ),
  ).toEqual([UNMET, UNMET, UNMET, UNMET]);
  await oversleep(room);
  expect((await views(room)).ready[0]).toBe("3");
  expect(await refusals(winner, ["complete_task", done])).toEqual([UNMET]);
  expect((await loser.do("claim_task", { key: 3, ...LEASE })).result.attempt).toBe(2);
  await loser.do("renew_task", claim);
  expect(await refusals(loser, ["complete_task", { ...done, attempt: 1 }])).toEqual([UNMET]);
  await loser.do("complete_task", { ...done, attempt: 2 });
  expect(await refusals(loser, ["complete_task", done], ["claim_task", claim])).toEqual([UNMET, UNMET]);
  expect((await ana.context()).state._results["3"]).toMatchObject({
    task: "c",
    result: "C",
    by: loser.agent,
    attempt: 2,
  });
});

it("[TPL-2] task-queue: what fails too often fails, until it is allowed more; then all is settled", async () => {
  const { room, ana, ben } = await begun("task-queue");
  await ana.do("post_task", { body: "hard", max_attempts: 2 });
  for (const reason of ["no", "still no"]) {
    await ben.do("claim_task", { key: "1", ...LEASE });
    await ben.do("release_task", { key: "1", reason });
  }
  expect(await views(room)).toMatchObject({ ready: [], failed: ["1"], done: 0, settled: true });
  expect((await ana.context()).state._tasks["1"].last_failure).toMatchObject({
    by: "ben",
    reason: "still no",
  });
  expect(
    await refusals(
      ana,
      ["claim_task", { key: "1", ...LEASE }],
      ["retry_task", { key: "1", max_attempts: 2 }],
    ),
  ).toEqual([UNMET, UNMET]);
  await ana.do("retry_task", { key: "1", max_attempts: 3 });
  expect((await views(room)).settled).toBe(false);
  await ana.do("claim_task", { key: "1", ...LEASE });
  expect((await views(room)).running).toMatchObject([{ key: "1", by: "ana", attempt: 3 }]);
  await ana.do("complete_task", { key: "1", result: 1 });
  expect(await views(room)).toMatchObject({ ready: [], failed: [], running: [], done: 1, settled: true });
  const log = (await room.owner.log("?limit=500")).flatMap(({ payload }: Body) => payload.writes);
  expect(log.filter(({ scope }: Body) => scope === "_results")).toHaveLength(1);
});

it("[TPL-2] review: nobody approves their own, nor a version that is gone", async () => {
  const { room, ana, ben, cid } = await begun("review");
  await ana.do("submit", { title: "Plan", body: { text: "one" }, approvals: 2 });
  const [v1, v2] = [
    { key: "1", version: 1 },
    { key: "1", version: 2 },
  ];
  expect(
    await refusals(ana, ["approve", v1], ["request_changes", { ...v1, note: "x" }], ["accept", { key: "1" }]),
  ).toEqual([UNMET, UNMET, UNMET]);
  expect(
    await refusals(
      ben,
      ["approve", v2],
      ["revise", { key: "1", body: 0 }],
      ["withdraw", { key: "1" }],
      ["approve", { key: "1" }],
    ),
  ).toEqual([UNMET, UNMET, UNMET, BAD]);
  await ben.do("approve", v1);
  await cid.do("request_changes", { ...v1, note: "say when" });
  await cid.do("comment", { key: 1, text: "or where" });
  const waiting = ben.wait(
    "views.open_submissions.exists(s, s.by != self && !(self in s.reviewers))",
    "&timeout=10000",
  );
  expect((await views(room)).open_submissions).toMatchObject([
    { key: "1", version: 1, approvals: 1, needed: 2, state: "changes_requested" },
  ]);
  expect((await ana.do("revise", { key: "1", body: "two" })).result).toBe(2);
  expect((await waiting).body.triggered).toBe(true);
  expect(await refusals(ben, ["approve", v1], ["accept", { key: "1" }])).toEqual([UNMET, UNMET]);
  await ben.do("approve", { ...v2, note: "good" });
  expect((await views(room)).open_submissions[0].state).toBe("waiting");
  expect(await refusals(ben, ["accept", { key: "1" }])).toEqual([UNMET]);
  await cid.do("approve", v2);
  expect((await views(room)).open_submissions[0]).toMatchObject({
    state: "ready",
    reviewers: ["ben", "cid"],
  });
  await ana.do("accept", { key: "1" });
  expect(await views(room)).toMatchObject({
    open_submissions: [],
    accepted: [{ key: "1", version: 2 }],
    comments: [{ text: "on 1: or where", from: "cid" }],
  });
  expect(await refusals(ana, ["revise", { key: "1", body: 3 }], ["withdraw", { key: "1" }])).toEqual([
    UNMET,
    UNMET,
  ]);
  await ana.do("submit", { title: "Other", body: "x" });
  await ben.do("approve", { key: "2", version: 1 });
  await ana.do("revise", { key: "2", body: "y" });
  expect(await refusals(ben, ["accept", { key: "2" }])).toEqual([UNMET]);
  await ana.do("withdraw", { key: "2" });
  expect(await refusals(ben, ["approve", { key: "2", version: 2 }])).toEqual([UNMET]);
});

/** Has the time that a line waits for its first be over. */
async function lapse(room: TestRoom): Promise<void> {
  await oversleep(room);
  await room.owner.do("_register_action", {
    id: "backdate",
    writes: [{ scope: "_last_holders", key: "db", merge: { until: "2001-01-01T00:00:00.000Z" } }],
  });
  await room.owner.do("backdate");
}

it("[TPL-2] lock: one holder, a line in order, and fences against who has lost it", async () => {
  const { room, ana, ben, cid } = await begun("lock");
  const [name, db] = [{ name: "db" }, { name: "db", ...LEASE }];
  expect(
    await refusals(ana, ["join_line", name], ["release", name], ["acquire", { ...db, name: "a b" }]),
  ).toEqual([UNMET, UNMET, BAD]);
  expect((await ana.do("acquire", db)).result).toBe(1);
  expect(
    await refusals(
      ben,
      ["acquire", db],
      ["steal", db],
      ["renew", db],
      ["release", name],
      ["write_guarded", { ...name, fence: 1, value: 0 }],
    ),
  ).toEqual([UNMET, UNMET, UNMET, UNMET, UNMET]);
  await ben.do("join_line", name);
  expect((await cid.do("join_line", name)).result).toEqual(["ben", "cid"]);
  expect(await refusals(cid, ["join_line", name])).toEqual([UNMET]);
  expect((await ana.do("renew", db)).result).toBe(1);
  await ana.do("write_guarded", { ...name, fence: 1, value: "of ana" });
  const turn = ben.wait('state._locks["db"] == null && state._line["db"][0] == self', "&timeout=10000");
  await ana.do("release", name);
  expect((await turn).body.triggered).toBe(true);
  expect(await refusals(cid, ["acquire", db], ["steal", db])).toEqual([UNMET, UNMET]);
  expect((await ben.do("acquire", db)).result).toBe(2);
  expect(await views(room)).toMatchObject({
    held: [{ holder: "ben", fence: 2 }],
    lines: [{ line: ["cid"] }],
  });
  await ana.do("join_line", name);
  await lapse(room);
  expect(await refusals(ben, ["write_guarded", { ...name, fence: 2, value: "late" }], ["renew", db])).toEqual(
    [UNMET, UNMET],
  );
  expect(await refusals(cid, ["steal", db])).toEqual([UNMET]);
  expect((await ana.do("steal", db)).result).toBe(3);
  expect(await refusals(ana, ["write_guarded", { ...name, fence: 2, value: "old" }])).toEqual([UNMET]);
  await ana.do("write_guarded", { ...name, fence: 3, value: "new" });
  expect(await views(room)).toMatchObject({ lines: [], guarded: [{ name: "db", value: "new", fence: 3 }] });
  await cid.do("join_line", name);
  await cid.do("leave_line", name);
  expect((await views(room)).lines).toEqual([]);
});
