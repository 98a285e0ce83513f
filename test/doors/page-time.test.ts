import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { CreatedRoom, Room } from "../../src/client/main.ts";
import { createRoom } from "../../src/client/main.ts";
import type { Person } from "./browser.ts";
import { TestBrowser } from "./browser.ts";
import { furnish } from "./page-room.ts";

const server = inject("server");
let browser: TestBrowser;
let made: CreatedRoom;
let ana: Room;
/** The event after which the room was as the past shows it below. */
let then: number;

beforeAll(async () => {
  browser = await TestBrowser.open(server);
  made = await createRoom(server);
  ana = await furnish(made.room);
  await ana.invoke("set", { key: "phase", value: "drafting" });
  await ana.sendMessage({ body: "the first word" });
  await ana.invoke("refuse_me").catch(() => undefined);
  then = (await made.room.info()).seq;
  await ana.invoke("set", { key: "phase", value: "reviewing" });
  await ana.invoke("set", { key: "gate", value: true });
  await ana.sendMessage({ body: "the last word" });
  await made.room.join({ id: "ben", state: { diary: "private" } });
  await made.room.registerAction({ id: "late_one", writes: [] });
});

afterAll(async () => {
  await browser.close();
});

/** Opens the bar and goes to an event by its scrubber. */
async function scrub({ page }: Person, seq: number): Promise<void> {
  if ((await page.locator("#time").count()) === 0) await page.getByRole("button", { name: "Time" }).click();
  await page.getByRole("slider", { name: "Event" }).fill(String(seq));
  await page.locator(".past-banner b", { hasText: new RegExp(`^${seq}$`) }).waitFor();
}

async function open(person: Person, panel: string): Promise<void> {
  await person.page.locator("nav.panels a", { hasText: new RegExp(`^${panel}`) }).click();
  await person.page.locator("nav.panels a[aria-current]", { hasText: new RegExp(`^${panel}`) }).waitFor();
}

it("[DASH-8] each panel shows what was, and nothing that acts", async () => {
  await browser.look(async (person) => {
    const { page } = person;
    await person.open(made.id, made.token, "state");
    await page.getByRole("treeitem", { name: /phase.*reviewing/ }).click();
    await scrub(person, then);
    await person.sees('"drafting"', ".detail figure");
    await expect.poll(() => page.locator(".history li").count()).toBe(1);
    expect(await page.getByRole("treeitem", { name: /diary|gate/ }).count()).toBe(0);
    await open(person, "Surfaces");
    await page.locator('[data-view="count"]').getByText("1 keys").waitFor();
    expect(await page.locator('[data-view="gated"]').count()).toBe(0);
    expect(await page.locator(".surface button:enabled").count()).toBe(0);
    await open(person, "Agents");
    await person.sees("ana", ".grid");
    await person.sees("not who was there", ".content");
    expect(await page.locator(".grid").getByText("ben").count()).toBe(0);
    await open(person, "Messages");
    await person.sees("the first word", ".messages");
    expect(await page.getByText("the last word").count()).toBe(0);
    expect(await page.locator(".content").getByRole("textbox").count()).toBe(0);
    await open(person, "Actions");
    await page.getByRole("button", { name: /^launch/ }).click();
    expect(await page.getByRole("button", { name: /^late_one/ }).count()).toBe(0);
    expect(await page.getByRole("button", { name: /Invoke|Dry run/ }).count()).toBe(0);
    await open(person, "Views");
    await page.getByRole("button", { name: /^watched.*drafting/ }).waitFor();
    await open(person, "Log");
    const newest = page.locator("#log-list").getByRole("option").first();
    await newest.getByText("refused: precondition_failed").waitFor();
    expect(await newest.getAttribute("aria-current")).toBe("true");
    await open(person, "Console");
    await page.getByLabel("CEL expression").fill("[state._shared.phase, room.seq]");
    await page.getByRole("button", { name: "Evaluate" }).click();
    await person.sees(`${then}`, ".evaluations figure");
    await person.sees('"drafting"', ".evaluations figure");
  });
});

it("[DASH-8] now is live again, with what came meanwhile; the address opens where it was left", async () => {
  await browser.look(async (person) => {
    const { page } = person;
    await person.open(made.id, made.token, "state");
    await scrub(person, then);
    await ana.invoke("set", { key: "meanwhile", value: 1 });
    const { seq } = await made.room.info();
    await page.locator(`.live [data-seq="${seq}"]`).waitFor();
    expect(await page.getByRole("treeitem", { name: /meanwhile/ }).count()).toBe(0);
    await expect.poll(() => page.url()).toContain(`#state@${then}`);
    await page.reload();
    await page.getByRole("treeitem", { name: /phase.*drafting/ }).waitFor();
    await page.getByRole("button", { name: "Now", exact: true }).click();
    await page.getByRole("treeitem", { name: /meanwhile/ }).waitFor();
    expect(await page.locator(".past-banner").count()).toBe(0);
    await ana.invoke("drop", { key: "meanwhile" });
    await page.getByRole("treeitem", { name: /meanwhile/ }).waitFor({ state: "detached" });
    await expect.poll(() => new URL(page.url()).hash).toBe("#state");
  });
});

it("[DASH-8] the keyboard steps, and play goes on from where it is to the end of the log", async () => {
  await browser.look(async (person) => {
    const { page } = person;
    await person.open(made.id, made.token, "state");
    await scrub(person, then);
    const shown = page.locator(".past-banner b");
    await page.getByRole("slider", { name: "Event" }).focus();
    for (const [key, seq] of [
      ["ArrowLeft", then - 1],
      ["ArrowRight", then],
      ["Home", 0],
    ] as const) {
      await page.keyboard.press(key);
      await expect.poll(() => shown.textContent()).toBe(String(seq));
    }
    await person.sees("No state yet", ".content");
    await scrub(person, then);
    await page.getByRole("button", { name: "Step forward" }).click();
    await page.getByRole("treeitem", { name: /phase.*reviewing/ }).waitFor();
    await page.getByLabel("Speed").selectOption("20");
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByRole("treeitem", { name: /gate/ }).waitFor();
    const { seq } = await made.room.info();
    await expect.poll(() => shown.textContent()).toBe(String(seq));
    await page.getByRole("button", { name: "Play" }).waitFor();
  });
});

it("[DASH-8] the strip tells who did what when, refusals apart, and leads there", async () => {
  await browser.look(async (person) => {
    const { page } = person;
    await person.open(made.id, made.viewToken, "log");
    await page.getByRole("button", { name: "Time" }).click();
    const { seq } = await made.room.info();
    const row = page.getByRole("row", { name: /^ana/ });
    await row.waitFor();
    expect(await row.getByRole("cell").allTextContents()).toEqual([expect.stringMatching(/^\d+$/), "1"]);
    const strip = page.getByRole("application", { name: "Activity by agent" });
    await strip.focus();
    for (const key of ["ArrowDown", "ArrowUp", "End"]) await page.keyboard.press(key);
    await person.sees(new RegExp(`: 1 event, seq ${seq}$|: 0 events, seq ${seq}$`), ".strip-told");
    await page.keyboard.press("Home");
    await person.sees(/: 0 events, seq 1$/, ".strip-told");
    await page.keyboard.press("Enter");
    await page.locator(".past-banner b", { hasText: /^1$/ }).waitFor();
    const box = await strip.boundingBox();
    const each = (box?.width ?? 0) / seq;
    await strip.hover({ position: { x: each * (then - 0.5), y: 5 } });
    await person.sees(`1 refused, seq ${then}`, ".strip-told");
    await strip.click({ position: { x: each * (then - 0.5), y: 5 } });
    await page.locator(".past-banner b", { hasText: new RegExp(`^${then}$`) }).waitFor();
    await ana.invoke("drop", { key: "nothing" });
    await person.sees(`of ${seq + 1}`, ".time-where");
  });
});

it("[DASH-6] [DASH-8] an agent sees nothing of others' scopes in the past, and nobody but the owner forks", async () => {
  await browser.look(async (person) => {
    const { page } = person;
    await person.open(made.id, ana.token ?? "", "state");
    const { seq } = await made.room.info();
    await scrub(person, seq);
    await page.getByRole("treeitem", { name: /^self/ }).waitFor();
    await page.getByRole("treeitem", { name: /mood.*curious/ }).waitFor();
    expect(await page.getByRole("treeitem", { name: /diary|^ben/ }).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Fork from here" }).count()).toBe(0);
  });
  await browser.look(async (person) => {
    const { page } = person;
    await person.open(made.id, made.viewToken, "state");
    const { seq } = await made.room.info();
    await scrub(person, seq);
    await page.getByRole("treeitem", { name: /diary.*private/ }).waitFor();
    expect(await page.getByRole("button", { name: "Fork from here" }).count()).toBe(0);
  });
});

it("[DASH-8] a fork from here is a room as this one was then", async () => {
  await browser.look(async (person) => {
    const { page } = person;
    await person.open(made.id, made.token, "state");
    await page.getByLabel("Act as").selectOption("ana");
    await page.locator(".live.on").waitFor();
    await scrub(person, then);
    await page.getByRole("button", { name: "Fork from here" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Fork", exact: true }).click();
    await person.sees("Keep these tokens", "dialog");
    await page.getByRole("link", { name: "Open the room" }).click();
    await page.locator(".live.on").waitFor();
    expect(page.url()).not.toContain(made.id);
    expect(page.url()).not.toContain("token");
    await open(person, "State");
    await page.getByRole("treeitem", { name: /phase.*drafting/ }).waitFor();
  });
});

it("[DASH-8] [FORK-1] [AUTH-9] where creating rooms takes a token a fork asks for it, until it is good", async () => {
  await browser.look(async (person) => {
    const { page } = person;
    const brought: (string | undefined)[] = [];
    // As a server with ROOM_CREATION=token answers; this one lets anybody create.
    await page.route(/\/fork$/, async (route) => {
      const token = route.request().headers()["x-sync-create-token"];
      brought.push(token);
      if (token === "create_good") return await route.continue();
      const error = token === undefined ? "authentication_required" : "invalid_token";
      const refused = { error, message: `Creating a room here needs a create token: ${error}.` };
      await route.fulfill({ status: 401, json: refused });
    });
    await person.open(made.id, made.token, "state");
    await scrub(person, then);
    await page.getByRole("button", { name: "Fork from here" }).click();
    const dialog = page.getByRole("dialog");
    const fork = dialog.getByRole("button", { name: "Fork", exact: true });
    const field = dialog.getByLabel("Create token");
    expect(await field.count()).toBe(0);
    await fork.click();
    await person.sees("needs a create token: authentication_required", "dialog");
    expect(await field.getAttribute("type")).toBe("password");
    await field.fill("create_stale");
    await fork.click();
    await person.sees("needs a create token: invalid_token", "dialog");
    await field.fill(" create_good ");
    await fork.click();
    await person.sees("Keep these tokens", "dialog");
    expect(brought).toEqual([undefined, "create_stale", "create_good"]);
  });
});

it("[DASH-8] [LOG-9] what the room has forgotten cannot be asked for: time begins where it remembers", async () => {
  const short = await createRoom(server);
  await short.room.registerAction({ id: "count", writes: [{ key: "n", increment: 1 }] });
  for (let n = 0; n < 30; n++) await short.room.invoke("count");
  await short.room.update({ config: { retention: { events: 10 } } });
  const isForgotten = () =>
    short.room.replay(5).then(
      () => false,
      () => true,
    );
  await expect.poll(isForgotten, { timeout: 20_000 }).toBe(true);
  const { seq } = await short.room.info();
  await browser.look(async (person) => {
    const { page } = person;
    await person.open(short.id, short.token, "state");
    await page.goto(`${server}/rooms/${short.id}#state@5`);
    await page.locator(".past-banner b", { hasText: new RegExp(`^${seq - 10}$`) }).waitFor();
    expect(await page.getByRole("slider", { name: "Event" }).getAttribute("min")).toBe(String(seq - 10));
    await expect.poll(() => page.url()).toContain(`@${seq - 10}`);
  });
});

it.each(["light", "dark"] as const)(
  "[DASH-7] axe finds nothing serious in the past, in %s",
  async (scheme) => {
    await browser.look(async (person) => {
      const { page } = person;
      const barriers: string[] = [];
      // What depends on the colours is looked for in both.
      const rules = scheme === "light" ? [] : ["color-contrast"];
      await person.open(made.id, made.token);
      await scrub(person, then);
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 800 });
        for (const panel of ["Surfaces", "Log", "Agents"]) {
          await open(person, panel);
          await page.locator(".strip .done").first().waitFor({ state: "attached" });
          for (const barrier of await person.barriers(rules))
            barriers.push(`${panel} at ${width}: ${barrier}`);
        }
        expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      }
      await page.getByRole("button", { name: "Fork from here" }).click();
      for (const barrier of await person.barriers(rules)) barriers.push(`fork: ${barrier}`);
      expect(barriers).toEqual([]);
    }, scheme);
  },
);
