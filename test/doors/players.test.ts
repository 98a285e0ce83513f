import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { chance } from "../../examples/chance.ts";
import type { CreatedRoom, Json, JsonObject, LogEvent, Operation } from "../../src/client/main.ts";
import { createRoom, templates } from "../../src/client/main.ts";
import type { Manner } from "../../src/players/player.ts";
import { PLAYS, playFor } from "../../src/players/plays.ts";
import type { Ending } from "../../src/players/stage.ts";
import { TestBrowser } from "./browser.ts";

const server = inject("server");
let browser: TestBrowser;

beforeAll(async () => {
  browser = await TestBrowser.open(server);
});

afterAll(async () => {
  await browser.close();
});

/** Plays a template's play at full speed, and answers what the log tells of it. */
async function played(template: string, manner: Manner = {}, made?: CreatedRoom) {
  const { id, token, room } = made ?? (await createRoom(server, { template }));
  const { actions } = await room.context({ only: ["actions"] });
  const billing = playFor(Object.keys(actions))!;
  expect(billing.template).toBe(template);
  const play = await billing.load();
  const ending: Ending = await play({ server, room: id, token }, { pace: 0, chance: chance(7), ...manner });
  const events = await Array.fromAsync(room.log());
  const { agents, state, views } = await room.context();
  const done = (action: string) =>
    events.filter((event) => event.payload.ok && event.payload.action === action);
  const left = Object.values(agents).map(({ status }) => status);
  return { ending, events, left, state, views, done };
}

/** The operations on keys of a scope, in order. */
function operations(events: readonly LogEvent[], scope: string): Operation[] {
  const all = events.flatMap(({ payload }) => payload.writes).filter((write) => write.scope === scope);
  return all.filter((write): write is Operation => "op" in write);
}

const fields = (value: Json | undefined) => value as JsonObject;

it("[PLAY-1] every template has a play, which is found by a room's actions", async () => {
  const offered = await templates(server);
  expect(offered.map(({ actions }) => playFor(actions)?.template)).toEqual(offered.map(({ id }) => id));
  expect(PLAYS.length).toBe(offered.length);
  expect(playFor(["post_task", "claim_task"])).toBeNull();
});

it("[PLAY-2] task-queue: each task is done once, one of them at the second attempt", async () => {
  const { ending, left, events, state, views, done } = await played("task-queue");
  expect([ending, left]).toEqual(["played", ["left", "left"]]);
  const results = operations(events, "_results");
  expect(results.map(({ key }) => key).sort()).toEqual(["1", "2", "3", "4", "5", "6"]);
  expect([done("post_task").length, done("release_task").length, done("claim_task").length]).toEqual([
    6, 1, 7,
  ]);
  expect(Object.values(state._results ?? {}).map((result) => fields(result).attempt)).toEqual([
    1, 1, 1, 1, 1, 2,
  ]);
  expect(views).toMatchObject({ settled: true, done: 6, ready: [] });
});

it("[PLAY-2] vote: every question is closed once, as its ballots say, and a tie is voted on again", async () => {
  const { ending, left, events, state } = await played("vote");
  expect([ending, left]).toEqual(["played", ["left", "left"]]);
  const closed = operations(events, "_outcomes").map(({ key }) => key);
  expect(closed.slice().sort()).toEqual(Object.keys(state._proposals ?? {}).sort());
  const ballots = Object.values(state._ballots ?? {}).map(fields);
  for (const [proposal, outcome] of Object.entries(state._outcomes ?? {})) {
    const choices = ballots.filter((each) => each.proposal === proposal).map(({ choice }) => choice);
    const [first, second] = choices;
    expect(choices.length).toBe(2);
    expect(fields(outcome).winner).toBe(first === second ? first : null);
    expect(closed.includes(`${proposal}-run-off`)).toBe(first !== second);
  }
});

it("[PLAY-2] turn-game: turns alternate, both confirm the end, and the board bears it out", async () => {
  const { ending, left, state, done, views } = await played("turn-game");
  expect([ending, left]).toEqual(["played", ["left", "left"]]);
  const moves = done("play_move").map(({ agent }) => agent);
  expect(moves.every((agent, index) => agent !== moves[index - 1])).toBe(true);
  expect(moves.length).toBeGreaterThanOrEqual(5);
  const { status, confirmed_by, board, result } = state._game ?? {};
  expect([status, (confirmed_by as string[]).toSorted()]).toEqual(["over", ["ada", "bo"]]);
  expect(fields(result).winner).toBe(views.winner);
  expect((board as string[][]).flat().filter((cell) => cell !== "").length).toBe(moves.length);
});

it("[PLAY-2] review: what is left open is revised, what is approved is accepted", async () => {
  const { ending, left, state, done } = await played("review");
  expect([ending, left]).toEqual(["played", ["left", "left"]]);
  const texts = Object.values(state._submissions ?? {}).map(fields);
  expect(texts.map(({ status, version }) => [status, version])).toEqual([
    ["accepted", 2],
    ["accepted", 1],
    ["accepted", 3],
  ]);
  expect([done("request_changes").length, done("revise").length, done("approve").length]).toEqual([3, 3, 3]);
});

it("[PLAY-2] lock: one holder at a time, each write under the holder's own fence", async () => {
  const { ending, left, events, state } = await played("lock");
  expect([ending, left]).toEqual(["played", ["left", "left"]]);
  const locks = operations(events, "_locks").map(({ op }) => op);
  expect(locks).toEqual(Array.from({ length: 6 }, () => ["set", "delete"]).flat());
  const written = operations(events, "_guarded").map(({ value }) => fields(value));
  expect(written.map(({ fence }) => fence)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(new Set(written.map(({ value }) => value)).size).toBe(6);
  expect(state._line?.production ?? []).toEqual([]);
});

it("[PLAY-2] blackboard: guesses fall, findings stand, and conclusions rest on what stood up", async () => {
  const { ending, left, state, done } = await played("blackboard");
  expect([ending, left]).toEqual(["played", ["left", "left"]]);
  const claims = Object.entries(state._claims ?? {}).map(([key, claim]) => ({ key, ...fields(claim) }));
  const fallen = claims.filter((claim) => "retracted_at" in claim).map(({ key }) => key);
  expect(fallen).toEqual(["2", "5"]);
  const rests = Object.entries(state._conclusions ?? {}).map(([topic, each]) => [topic, fields(each).claims]);
  expect(Object.fromEntries(rests)).toEqual({ "slow-builds": ["1", "3"], "lost-mail": ["4", "6"] });
  expect([done("support").length, done("contradict").length]).toEqual([4, 2]);
});

it("[PLAY-3] stopped, both leave; played again, in spite of what is there already, and of another ada", async () => {
  const made = await createRoom(server, { template: "vote" });
  await made.room.join({ id: "ada" });
  const stop = new AbortController();
  const stopped = await played("vote", { signal: stop.signal, onDeed: () => stop.abort() }, made);
  expect(stopped.ending).toBe("stopped");
  const again = await played("vote", {}, made);
  expect(again.ending).toBe("played");
  expect(Object.keys(again.state._proposals ?? {})).toEqual(expect.arrayContaining(["meeting", "meeting-2"]));
  const { agents } = await made.room.context();
  const present = Object.entries(agents).map(([id, { status }]) => [id, status === "left"]);
  expect(Object.fromEntries(present)).toEqual({ ada: false, "ada-2": true, bo: true });
});

it("[DASH-12] made from a template on the page, a room offers a play; two agents come, act, and leave when stopped", async () => {
  await browser.look(async (person) => {
    const { page } = person;
    await page.goto(server);
    await page.getByLabel("Begins with").selectOption("task-queue");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("link", { name: "Open the room" }).click();
    const play = page.getByRole("button", { name: "Let two example agents play" });
    await play.waitFor();
    await person.go("log");
    expect(await play.count()).toBe(0);
    await person.go("agents");
    await play.click();
    await expect.poll(() => page.locator("tr", { hasText: /ada|bo/ }).count(), { timeout: 20_000 }).toBe(2);
    await person.go("surfaces");
    await page.locator('[data-view="done"] .figure', { hasText: /[1-9]/ }).waitFor({ timeout: 30_000 });
    await page.getByRole("button", { name: "Stop" }).click();
    await person.sees("The example agents have left.");
    await person.go("agents");
    await expect.poll(() => page.locator(".presence.left").count()).toBe(2);
    expect(await person.barriers()).toEqual([]);
  });
});
