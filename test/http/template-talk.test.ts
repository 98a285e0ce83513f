import { expect, it } from "vitest";
import { oversleep } from "../support/inside.ts";
import type { Body } from "../support/room.ts";
import { BAD, begun, refusals, UNMET, views } from "../support/template-room.ts";

it("[TPL-2] vote: one ballot an agent, a quorum, and an outcome that stands", async () => {
  const { room, ana, ben, cid } = await begun("vote");
  const options = ["tea", "coffee"];
  const ballot = (choice: string, proposal = "drink") => ({ proposal, choice });
  await ana.do("propose", { proposal: "drink", title: "What to drink?", options });
  expect(
    await refusals(
      ben,
      ["propose", { proposal: "drink", title: "x", options }],
      ["propose", { proposal: "two", title: "x", options: ["a", "a"] }],
      ["propose", { proposal: "a.b", title: "x", options }],
      ["cast_ballot", ballot("water")],
      ["cast_ballot", ballot("tea", "food")],
    ),
  ).toEqual([UNMET, UNMET, BAD, UNMET, UNMET]);
  await ben.do("cast_ballot", ballot("coffee"));
  await ben.do("cast_ballot", { ...ballot("tea"), reason: "less acid" });
  expect((await views(room)).open_votes).toMatchObject([
    { proposal: "drink", voters: ["ben"], quorum: 2, quorum_reached: false },
  ]);
  expect(await refusals(ana, ["close_vote", { proposal: "drink" }])).toEqual([UNMET]);
  await cid.do("cast_ballot", ballot("tea"));
  await ana.do("cast_ballot", ballot("coffee"));
  expect(
    await refusals(
      ben,
      ["close_vote", { proposal: "drink" }],
      ["withdraw_proposal", { proposal: "drink", reason: "" }],
    ),
  ).toEqual([UNMET, UNMET]);
  const waiting = cid.wait('state._outcomes["drink"] != null', "&timeout=10000");
  const { result } = await ana.do("close_vote", { proposal: "drink" });
  expect(result).toMatchObject({
    winner: "tea",
    tied: [],
    ballots: 3,
    counts: [
      { option: "tea", votes: 2 },
      { option: "coffee", votes: 1 },
    ],
  });
  expect((await waiting).body.triggered).toBe(true);
  expect(await refusals(ana, ["cast_ballot", ballot("tea")], ["close_vote", { proposal: "drink" }])).toEqual([
    UNMET,
    UNMET,
  ]);
  expect((await views(room)).outcomes).toMatchObject([
    { title: "What to drink?", winner: "tea", withdrawn: false },
  ]);
  await ben.do("propose", { proposal: "tie", title: "Even?", options, quorum: 2 });
  await ana.do("cast_ballot", ballot("tea", "tie"));
  await cid.do("cast_ballot", ballot("coffee", "tie"));
  expect((await room.owner.do("close_vote", { proposal: "tie" })).result).toMatchObject({
    winner: null,
    tied: options,
  });
  await ben.do("propose", { proposal: "moot", title: "Moot?", options });
  await ben.do("withdraw_proposal", { proposal: "moot", reason: "settled" });
  const { open_votes, outcomes } = await views(room);
  expect(open_votes).toEqual([]);
  expect(outcomes[1]).toEqual({
    proposal: "moot",
    title: "Moot?",
    winner: null,
    counts: [],
    withdrawn: true,
  });
});

it("[TPL-2] turn-game: the order is kept, and the end is what all confirm", async () => {
  const { room, ana, ben, cid } = await begun("turn-game");
  const move = (square: number) => ["play_move", { move: square, board: { last: square } }] as [string, Body];
  await ana.do("take_seat");
  expect(await refusals(ana, ["take_seat"], ["start_game"], move(1))).toEqual([UNMET, UNMET, UNMET]);
  for (const player of [ben, cid]) await player.do("take_seat");
  await cid.do("leave_seat");
  expect(await refusals(cid, ["start_game"], ["leave_seat"])).toEqual([UNMET, UNMET]);
  await ben.do("start_game");
  expect(
    await refusals(cid, ["take_seat"], move(1), ["resign"], ["claim_end", { winner: "cid", reason: "" }]),
  ).toEqual([UNMET, UNMET, UNMET, UNMET]);
  expect(await refusals(ben, move(1), ["skip_player", { player: "ana" }])).toEqual([UNMET, UNMET]);
  expect((await ana.do(...move(1))).result).toBe("ben");
  expect(await refusals(ana, move(2))).toEqual([UNMET]);
  await oversleep(room);
  await ana.do("skip_player", { player: "ben" });
  expect((await views(room)).to_move).toBe("ana");
  await ana.do("play_move", { move: 3 });
  await ben.do("claim_end", { winner: "ben", reason: "three in a row" });
  expect(await refusals(ben, move(4), ["confirm_end"])).toEqual([UNMET, UNMET]);
  await ana.do("dispute_end", { reason: "only two" });
  expect((await ben.context()).messages.recent.at(-1)).toMatchObject({
    from: "ana",
    kind: "dispute",
    body: "only two",
  });
  await ben.do(...move(5));
  expect(await views(room)).toMatchObject({
    to_move: "ana",
    winner: null,
    board: { last: 5 },
    game: { status: "playing", moves: 4 },
  });
  await ana.do("claim_end", { winner: "ben", reason: "three in a row" });
  expect((await ben.do("confirm_end")).result).toBe("over");
  expect(await views(room)).toMatchObject({
    to_move: null,
    winner: "ben",
    game: { status: "over", claim: { by: "ana" } },
  });
  expect(await refusals(ana, move(6), ["dispute_end", { reason: "" }], ["resign"], ["take_seat"])).toEqual([
    UNMET,
    UNMET,
    UNMET,
    UNMET,
  ]);
});

it("[TPL-2] turn-game: who remains when the others have resigned has won", async () => {
  const { room, ana, ben, cid } = await begun("turn-game");
  for (const player of [ana, ben, cid]) await player.do("take_seat");
  await room.owner.do("start_game", { board: [] });
  await cid.do("claim_end", { winner: null, reason: "draw?" });
  await ana.do("resign");
  expect(await views(room)).toMatchObject({ to_move: "ben", board: [], game: { claim: null } });
  expect((await ben.do("play_move", { move: "pass" })).result).toBe("cid");
  await ben.do("resign");
  expect(await views(room)).toMatchObject({ winner: "cid", to_move: null, game: { status: "over" } });
});

it("[TPL-2] blackboard: claims stand on what others found, the contested ones first", async () => {
  const { room, ana, ben, cid } = await begun("blackboard");
  const topic = { topic: "cause" };
  await ana.do("open_topic", { ...topic, question: "Why did it fail?" });
  const claim = (text: string) => ["assert_claim", { ...topic, text, evidence: ["log"] }] as [string, Body];
  expect(
    await refusals(
      ben,
      ["assert_claim", { ...topic, text: "x", evidence: [] }],
      ["assert_claim", { topic: "other", text: "x", evidence: ["y"] }],
      ["support", { claim: "1", evidence: "x" }],
    ),
  ).toEqual([BAD, UNMET, UNMET]);
  for (const text of ["disk", "net", "clock"]) await ben.do(...claim(text));
  await cid.do(...claim("cosmic rays"));
  expect(
    await refusals(
      ben,
      ["support", { claim: "1", evidence: "mine" }],
      ["retract_claim", { claim: "4", reason: "x" }],
      ["conclude_topic", { ...topic, conclusion: "x", claims: ["1"] }],
    ),
  ).toEqual([UNMET, UNMET, UNMET]);
  await ana.do("support", { claim: "1", evidence: "smart data" });
  await ana.do("contradict", { claim: "2", evidence: "no loss" });
  await cid.do("support", { claim: 2, evidence: "a trace" });
  await cid.do("retract_claim", { claim: "4", reason: "unlikely" });
  const seen = await views(room);
  expect(
    seen.claims.map(({ claim, supports, contradictions }: Body) => [claim, supports, contradictions]),
  ).toEqual([
    ["1", 1, 0],
    ["2", 1, 1],
    ["3", 0, 0],
  ]);
  expect(seen).toMatchObject({ contested: [{ claim: "2", text: "net" }], unexamined: ["3"] });
  const end = (...claims: unknown[]) =>
    ["conclude_topic", { ...topic, conclusion: "the disk", claims }] as [string, Body];
  expect(await refusals(ana, end("2"), end("1", "2"), end("4"), end("9"))).toEqual([
    UNMET,
    UNMET,
    UNMET,
    UNMET,
  ]);
  await cid.do("contradict", { claim: "1", evidence: "disk is new" });
  expect((await views(room)).contested.map((one: Body) => one.claim)).toEqual(["1", "2"]);
  await cid.do("support", { claim: "1", evidence: "it is not" });
  await ana.do(...end(1));
  expect(await views(room)).toMatchObject({
    claims: [],
    topics: [{ topic: "cause", conclusion: "the disk" }],
  });
  expect(await refusals(ben, claim("late"), ["retract_claim", { claim: "1", reason: "x" }])).toEqual([
    UNMET,
    UNMET,
  ]);
});
