import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { CreatedRoom, Room } from "../../src/client/main.ts";
import { createRoom } from "../../src/client/main.ts";
import type { Person } from "./browser.ts";
import { TestBrowser } from "./browser.ts";
import { furnish } from "./page-room.ts";

const PANELS = ["surfaces", "state", "agents", "messages", "actions", "views", "log", "console"];
const server = inject("server");
let browser: TestBrowser;
let made: CreatedRoom;
let empty: CreatedRoom;
let ana: Room;

beforeAll(async () => {
  browser = await TestBrowser.open(server);
  [made, empty] = await Promise.all([createRoom(server), createRoom(server)]);
  ana = await furnish(made.room);
  await made.room.join({ id: "ben", state: { plan: "of ben alone" } });
  await ana.sendMessage({ body: "a word" });
  await ana.invoke("refuse_me").catch(() => undefined);
});

afterAll(async () => {
  await browser.close();
});

/** Everything that a page asks of its room, as `method path status`, but what only reads. */
function noteActs({ page }: Person): { acts: string[]; refused: string[] } {
  const noted = { acts: [] as string[], refused: [] as string[] };
  page.on("response", (response) => {
    const method = response.request().method();
    const line = `${method} ${new URL(response.url()).pathname} ${response.status()}`;
    if (method !== "GET" && !line.includes("/eval")) noted.acts.push(line);
    if ([401, 403].includes(response.status())) noted.refused.push(line);
  });
  return noted;
}

/** Opens all that a panel tells of and presses every button of it that is there to be pressed. */
async function pressAll({ page }: Person, but: RegExp): Promise<void> {
  for (let at = 0; at < 60; at++) {
    const button = page.locator(".content button:enabled").nth(at);
    if ((await button.count()) === 0) return;
    const name = `${await button.getAttribute("aria-label")} ${await button.textContent()}`;
    if (!but.test(name)) await button.click({ timeout: 2_000 });
  }
}

describe("[DASH-6] nobody is shown what would be refused", () => {
  it("a view token: no form, no button that writes, in any panel; nothing that can be pressed is refused", async () => {
    await browser.look(async (person) => {
      const noted = noteActs(person);
      await person.open(made.id, made.viewToken);
      for (const panel of PANELS) {
        await person.go(panel);
        await person.openFirst();
        expect(await person.page.locator(".content :is(form.invoke, form.compose, textarea)").count()).toBe(
          0,
        );
        await pressAll(person, /^Close/);
      }
      expect(noted).toEqual({ acts: [], refused: [] });
    });
  });

  it("an agent's token: all that can be pressed is its to do, and nothing of the owner's is there", async () => {
    await browser.look(async (person) => {
      const { page } = person;
      const noted = noteActs(person);
      await person.open(made.id, ana.token ?? "");
      await person.sees("as ana", ".room-header");
      expect(await page.getByLabel("Act as").count()).toBe(0);
      for (const panel of PANELS) {
        await person.go(panel);
        await pressAll(person, /Close|drop|mood_/);
        expect(
          await page.getByRole("button", { name: /fork|mint|revoke|token|config|retire/i }).count(),
        ).toBe(0);
        expect(await page.getByText("of ben alone").count()).toBe(0);
      }
      expect(noted.acts.some((line) => line.includes("/invoke"))).toBe(true);
      expect(noted.refused).toEqual([]);
    });
  });

  it("a room token sees through an agent's eyes what that agent sees, and acts as it", async () => {
    await browser.look(async (person) => {
      const { page } = person;
      await person.open(made.id, made.token, "state");
      await page.getByRole("treeitem", { name: /plan.*of ben alone/ }).waitFor();
      await page.getByRole("treeitem", { name: /mood.*curious/ }).waitFor();
      await page.getByLabel("Act as").selectOption("ana");
      await page.getByRole("treeitem", { name: /mood.*curious/ }).waitFor();
      expect(await page.getByText("of ben alone").count()).toBe(0);
      await person.go("actions");
      await page.getByRole("button", { name: /^set/ }).click();
      await page.getByLabel("key").fill("by");
      await page.getByLabel("value").fill('"eyes"');
      await page.getByRole("button", { name: "Invoke", exact: true }).click();
      await person.sees("Done at seq", ".outcome");
      await page.getByLabel("Act as").selectOption("");
      await person.go("log");
      await page.getByLabel("Filter by scope.key or action").fill("_shared.by");
      await page.getByRole("option", { name: /ana.*set.*_shared\.by/ }).click();
      await person.sees("by the room's token", ".detail");
    });
  });
});

describe("[DASH-7] the keyboard alone", () => {
  it("reaches everything in every panel, and shows where it is", async () => {
    await browser.look(async (person) => {
      await person.open(made.id, made.token);
      const found: string[] = [];
      for (const panel of PANELS) {
        await person.go(panel);
        await person.openFirst();
        for (const each of await person.unreached()) found.push(`${panel}: ${each}`);
      }
      expect(found).toEqual([]);
    });
  });

  it("switches panels, skips to one, goes into what it opens, and comes back by Escape", async () => {
    await browser.look(async (person) => {
      const { page } = person;
      const focus = () =>
        page.evaluate<string>("document.activeElement.className || document.activeElement.id");
      await person.open(made.id, made.token, "views");
      await expect.poll(() => page.title()).toBe(`Views · ${made.id} · sync`);
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 800 });
        await page.getByRole("button", { name: /^count/ }).focus();
        await page.keyboard.press("Enter");
        await expect.poll(focus).toBe("detail");
        await page.keyboard.press("Escape");
        await page.locator(".detail").waitFor({ state: "detached" });
        await expect.poll(focus).toBe("item");
      }
      await page.locator('nav.panels a[href="#state"]').focus();
      await page.keyboard.press("Enter");
      await page.getByRole("tree").focus();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await expect.poll(focus).toBe("detail");
      await page.keyboard.press("Escape");
      await expect.poll(focus).toBe("virtual");
      await page.locator("button.skip").focus();
      await page.keyboard.press("Enter");
      await expect.poll(focus).toBe("content");
    });
  });
});

it("[DASH-7] at 320 px, which is 200 % of 640, nothing goes off sideways; in forced colours what is chosen is told", async () => {
  await browser.look(async (person) => {
    const { page } = person;
    await person.open(made.id, made.token);
    await page.setViewportSize({ width: 320, height: 640 });
    for (const panel of PANELS) {
      await person.go(panel);
      expect([panel, await person.overflow()]).toEqual([panel, 0]);
      await person.openFirst();
      expect([panel, "opened", await person.overflow()]).toEqual([panel, "opened", 0]);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.emulateMedia({ forcedColors: "active" });
    const outline = (of: string) =>
      page.evaluate<string>(`getComputedStyle(document.querySelector(${JSON.stringify(of)})).outlineStyle`);
    expect(await outline(".panels a[aria-current]")).toBe("solid");
    await person.go("state");
    await person.openFirst();
    expect(await outline('.row[aria-selected="true"]')).toBe("solid");
  });
});

it("[DASH-7] every panel of an empty room says what would be there and how it comes to be", async () => {
  await browser.look(async (person) => {
    const teaches: Readonly<Record<string, RegExp>> = {
      surfaces: /registered with/,
      state: /written by actions/,
      agents: /joins with a join token/,
      messages: /Agents talk here/,
      actions: /How a room gets its vocabulary/,
      views: /_register_view/,
      console: /CEL over what/,
    };
    for (const token of [empty.token, empty.viewToken]) {
      await person.open(empty.id, token);
      for (const [panel, words] of Object.entries(teaches)) {
        await person.go(panel);
        await person.sees(words, ".content");
        expect([panel, await person.barriers(["color-contrast", "label", "region"])]).toEqual([panel, []]);
      }
    }
  });
});

it("[DASH-4] [LOG-4] the log finds all events of a key by the room's index, and goes to any seq", async () => {
  const long = await createRoom(server);
  const agent = await furnish(long.room);
  await agent.invoke("set", { key: "early", value: "first" });
  const { seq } = await long.room.info();
  for (let batch = 0; batch < 7; batch++) {
    await agent.invokeMany(
      Array.from({ length: 100 }, (_, n) => ({ action: "set", params: { key: "busy", value: n } })),
    );
  }
  await browser.look(async (person) => {
    const { page } = person;
    await person.open(long.id, long.viewToken, "log");
    const early = page.getByRole("option", { name: /_shared\.early "first"/ });
    await page
      .getByRole("option", { name: /_shared\.busy 99/ })
      .first()
      .waitFor();
    expect(await early.count()).toBe(0);
    await page.getByLabel("Filter by scope.key or action").fill("_shared.early");
    await early.click();
    await person.sees(`Event ${seq}`, ".detail");
    await person.sees('"first"', ".detail");
    await page.getByLabel("Filter by scope.key or action").fill("");
    await page.getByLabel("Go to seq").fill("2");
    await page.keyboard.press("Enter");
    await person.sees("Event 2", ".detail");
    await page.locator(".virtual [aria-selected=true]").waitFor();
    await page.getByRole("button", { name: "Back to the newest" }).click();
    await page
      .getByRole("option", { name: /_shared\.busy 99/ })
      .first()
      .waitFor();
  });
});
