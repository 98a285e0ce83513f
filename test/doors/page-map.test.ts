import type { Locator } from "playwright-core";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { CreatedRoom, Room } from "../../src/client/main.ts";
import { createRoom } from "../../src/client/main.ts";
import type { Person } from "./browser.ts";
import { TestBrowser } from "./browser.ts";
import { PAYLOAD, plantPayloads } from "./payloads.ts";

const server = inject("server");
let browser: TestBrowser;
let queue: CreatedRoom;
let ana: Room;

beforeAll(async () => {
  browser = await TestBrowser.open(server);
  queue = await createRoom(server, { template: "task-queue" });
  ana = await queue.room.join({ id: "ana" });
  await queue.room.invoke("post_task", { body: "one" });
});

afterAll(async () => {
  await browser.close();
});

function node({ page }: Person, id: string): Locator {
  return page.locator(`[data-node=${JSON.stringify(id)}]`);
}

const key = (scope: string, name: string) => `key ${JSON.stringify([scope, name])}`;

/** Opens the map, and waits until it is drawn. */
async function openMap(person: Person, { id, token }: CreatedRoom): Promise<void> {
  await person.open(id, token, "map");
  await person.page.locator(".map").waitFor();
}

const TOLD: readonly (readonly [template: string, node: string, words: string])[] = [
  ["vote", "action cast_ballot", "Writes _ballots.${params.proposal}.${self}. Reads _proposals, _outcomes."],
  ["turn-game", "view to_move", "Reads _game.status, _game.claim, _game.order."],
  ["review", "action submit", "Writes _submissions.next number."],
  ["lock", "view held", "Reads _locks."],
  ["blackboard", "view claims", "Read by the view contested, unexamined."],
];

it("[DASH-9] every template's room is drawn: what its actions write, and what they and its views read", async () => {
  await browser.look(async (person) => {
    for (const [template, id, words] of TOLD) {
      await openMap(person, await createRoom(server, { template }));
      expect(await node(person, id).textContent()).toContain(words);
      const ends = person.page.locator(`.edges .all [data-edge*=${JSON.stringify(id)}]`);
      expect(await ends.count()).toBeGreaterThan(0);
    }
    await openMap(person, queue);
    const edges = person.page.locator(".edges .all [data-edge]");
    const drawn = await edges.evaluateAll((all) => all.map((each) => each.getAttribute("data-edge")));
    expect(drawn).toEqual(
      expect.arrayContaining([
        "write action post_task next _tasks",
        `write action claim_task ${key("_claims", "${params.key}")}`,
        "check action claim_task scope _tasks",
        "read view ready scope _claims",
        "read view settled view ready",
      ]),
    );
  });
});

it("[DASH-9] what an agent does is to be seen at once and no longer: the action, its edge, the key, the view", async () => {
  await browser.look(async (person) => {
    await openMap(person, queue);
    const { page } = person;
    // What flashed stays on record: a busy machine may look too late.
    await page.evaluate(`window.seen = new Set();
      new MutationObserver(() => {
        for (const each of document.querySelectorAll('.hot')) window.seen.add(each.dataset.node ?? each.dataset.edge);
      }).observe(document.body, { subtree: true, childList: true, attributes: true });`);
    const seen = () => page.evaluate<string[]>("[...window.seen]");
    await ana.invoke("claim_task", { key: "1", lease_ms: 600_000 });
    const changed = [
      "action claim_task",
      `write action claim_task ${key("_claims", "${params.key}")}`,
      key("_claims", "${params.key}"),
      key("_claims", "1"),
      "view running",
      "read view running scope _claims",
    ];
    await expect.poll(seen).toEqual(expect.arrayContaining(changed));
    expect(await seen()).not.toContain("action post_task");
    await expect.poll(() => page.locator(".hot").count(), { timeout: 8_000 }).toBe(0);
    await ana.invoke("complete_task", { key: "1", result: 1 });
    await expect.poll(seen).toContain(`write action complete_task ${key("_tasks", "${params.key}")}`);
    await node(person, key("_claims", "1")).waitFor({ state: "detached" });
  });
});

it("[DASH-9] a contested target has a sign, and says in words who writes it", async () => {
  await browser.look(async (person) => {
    await openMap(person, queue);
    const contested = node(person, key("_claims", "${params.key}"));
    await contested.locator(".sign").waitFor();
    expect(await contested.textContent()).toMatch(/Contested: .*claim_task.* write it\./);
    expect(await node(person, key("_results", "${params.key}")).locator(".sign").count()).toBe(0);
    expect(await person.page.locator(".all path.contested").count()).toBeGreaterThan(3);
  });
});

it("[DASH-9] what is pointed at lights up with what belongs to it; pressed again it opens in its panel", async () => {
  await browser.look(async (person) => {
    const { page } = person;
    await openMap(person, queue);
    await node(person, "view done").hover();
    await page.locator(".map.looking").waitFor();
    expect(await page.locator("path.lit").count()).toBe(1);
    await node(person, "action post_task").click();
    expect(await node(person, "action post_task").getAttribute("aria-pressed")).toBe("true");
    expect(await node(person, "scope _tasks").getAttribute("class")).toContain("lit");
    expect(await node(person, "action retry_task").getAttribute("class")).not.toContain("lit");
    await node(person, "action post_task").click();
    await page.locator('.detail[aria-label="post_task"]').waitFor();
    expect(new URL(page.url()).hash).toBe("#actions/post_task");
    await page.reload();
    await page.locator('.detail[aria-label="post_task"]').waitFor();
    await page.locator('button.item[aria-pressed="true"]', { hasText: "post_task" }).waitFor();
    await page.goBack();
    await page.locator(".map").waitFor();
  });
});

it("[DASH-9] by the keyboard: one stop a column, arrows along and across, Enter opens", async () => {
  await browser.look(async (person) => {
    const { page } = person;
    await openMap(person, queue);
    const at = () => page.evaluate("document.activeElement.dataset.node");
    await page.getByLabel("Filter by name").focus();
    const stops: unknown[] = [];
    for (let press = 0; press < 4; press++) {
      await page.keyboard.press("Tab");
      stops.push(await at());
    }
    const first = (list: string) =>
      page.locator(`ul[aria-label="${list}"] .node`).first().getAttribute("data-node");
    expect(stops.slice(1)).toEqual([
      await first("Actions"),
      await first("State by scope"),
      await first("Views"),
    ]);
    await node(person, "action post_task").focus();
    await page.keyboard.press("ArrowRight");
    expect(await at()).toBe("next _tasks");
    await page.keyboard.press("ArrowUp");
    expect(await at()).not.toBe("next _tasks");
    await page.keyboard.press("ArrowDown");
    expect(await at()).toBe("next _tasks");
    await page.keyboard.press("End");
    await page.keyboard.press("Home");
    expect(await at()).toBe(await first("State by scope"));
    await node(person, "scope _results").focus();
    await page.keyboard.press("ArrowRight");
    expect(await at()).toMatch(/^view (done|settled)$/);
    await page.keyboard.press("Enter");
    await page.locator(".detail").waitFor();
    expect(new URL(page.url()).hash).toMatch(/^#views\/(done|settled)$/);
    await person.go("map");
    await node(person, "scope _results").focus();
    await page.keyboard.press("Enter");
    await page.getByRole("tree").waitFor();
    expect(new URL(page.url()).hash).toBe("#state/_results");
  });
});

it("[DASH-9] a filter shows what it finds and its neighbours; a room without a vocabulary is told what comes here", async () => {
  const empty = await createRoom(server);
  await browser.look(async (person) => {
    await openMap(person, queue);
    await person.page.getByLabel("Filter by name").fill("done");
    await expect.poll(() => person.page.locator(".node").count()).toBe(2);
    await person.page.getByLabel("Filter by name").fill("no such thing");
    await person.sees("Nothing matches");
  });
  await browser.look(async (person) => {
    await person.open(empty.id, empty.token, "map");
    await person.sees("Nothing is declared yet");
    await empty.room.registerAction({ id: "set", writes: [{ key: "x", value: 1 }] });
    await node(person, "action set").waitFor();
  });
});

it.each(["light", "dark"] as const)(
  "[DASH-7] [DASH-9] on a phone the map scrolls, the page does not; axe in %s",
  async (scheme) => {
    await browser.look(async (person) => {
      const { page } = person;
      await page.setViewportSize({ width: 390, height: 800 });
      await openMap(person, queue);
      const widths = () => page.evaluate<number[]>("[document.documentElement.scrollWidth, innerWidth]");
      expect(await widths()).toEqual([390, 390]);
      await node(person, "view settled").click();
      expect(await page.locator(".map-scroll").evaluate((each) => each.scrollLeft)).toBeGreaterThan(0);
      expect(await person.barriers(scheme === "light" ? [] : ["color-contrast"])).toEqual([]);
      expect(await widths()).toEqual([390, 390]);
    }, scheme);
  },
);

it("[DASH-5] [DASH-9] names that agents give are text on the map, and do not break what finds them", async () => {
  const bad = await createRoom(server);
  const mallory = await plantPayloads(bad.room);
  await mallory.registerAction({
    id: `"]{}<img src=x onerror=pwned()>`,
    writes: [{ scope: "_a", key: `${"${params.k}a".repeat(20)}"><script>pwned()</script>`, value: 1 }],
  });
  await browser.look(async (person) => {
    const { page } = person;
    await page.addInitScript("window.pwned = () => { window.ran = true; }");
    await openMap(person, bad);
    await person.sees("<b>bold</b>", ".map");
    await person.sees(PAYLOAD.slice(0, 200), ".map");
    expect(await page.locator(".map :is(script, img, style, b, iframe)").count()).toBe(0);
    await node(person, "action <b>bold</b>").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    expect(await page.evaluate("document.activeElement.dataset.node")).not.toMatch(/^action/);
    await node(person, "action <b>bold</b>").focus();
    await page.keyboard.press("Enter");
    await page.locator(".detail").waitFor();
    expect(await page.locator(".detail h3").textContent()).toBe("<b>bold</b>");
    expect(await page.evaluate("window.ran")).toBeUndefined();
  });
});
