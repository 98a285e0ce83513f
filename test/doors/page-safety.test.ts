import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { CreatedRoom, Room } from "../../src/client/main.ts";
import { createRoom } from "../../src/client/main.ts";
import { TestBrowser } from "./browser.ts";
import { furnish } from "./page-room.ts";
import { plantPayloads } from "./payloads.ts";

const PANELS = ["surfaces", "map", "state", "agents", "messages", "actions", "views", "log", "console"];
const server = inject("server");
let browser: TestBrowser;
let made: CreatedRoom;
let ana: Room;

beforeAll(async () => {
  browser = await TestBrowser.open(server);
  made = await createRoom(server);
  ana = await furnish(made.room);
});

afterAll(async () => {
  await browser.close();
});

it("[VIEW-5] every kind of surface shows its view, as it changes, and acts", async () => {
  await browser.look(async (person) => {
    const { page } = person;
    const surface = (view: string) => page.locator(`[data-view="${view}"]`);
    await person.open(made.id, ana.token ?? "");
    await surface("count").getByText("0 keys").waitFor();
    expect(await surface("note").locator("strong").textContent()).toBe("bold");
    expect(await surface("note").locator("a").getAttribute("rel")).toContain("noopener");
    await ana.sendMessage({ body: "a word" });
    await surface("said").getByText("a word").waitFor();
    expect(await surface("rows").locator("tbody tr").count()).toBe(2);
    expect(await surface("cells").locator("tr").count()).toBe(2);
    expect(await surface("bar").getByRole("button", { name: "launch" }).isDisabled()).toBe(true);
    expect(await surface("gated").count()).toBe(0);
    await surface("form").getByLabel("key").fill("gate");
    await surface("form").getByLabel("value").fill("true");
    await surface("form").getByRole("button", { name: "set" }).click();
    await surface("gated").waitFor();
    await surface("count").getByText("1 keys").waitFor();
    await ana.invoke("set", { key: "mood_a", value: 1 });
    await surface("watched").getByText('"mood_a"').waitFor();
    await surface("choice").getByRole("button", { name: "mood_a" }).click();
    await surface("watched").getByText('"mood_a"').waitFor({ state: "detached" });
    expect(
      await page
        .locator(".surfaces", { has: surface("watched") })
        .locator("h3")
        .textContent(),
    ).toBe("Part");
  });
});

it("[DASH-6] an agent acts as itself, a room token looks through its eyes, a view token sees no control", async () => {
  await browser.look(async (person) => {
    const { page } = person;
    await person.open(made.id, made.token, "console");
    const ask = async (expr: string) => {
      await page.getByLabel("CEL expression").fill(expr);
      await page.getByRole("button", { name: "Evaluate" }).click();
    };
    await page.getByLabel("Act as").selectOption("ana");
    await page.locator(".live.on").waitFor();
    await ask("state.self.mood + self");
    await person.sees('"curiousana"', ".evaluations");
    await person.go("messages");
    await page.getByLabel("Message", { exact: true }).fill("in her name");
    await page.getByRole("button", { name: "Send" }).click();
    await person.sees("in her name", ".messages");
  });
  const { messages } = await ana.context({ only: ["messages"] });
  expect(messages.recent.at(-1)).toMatchObject({ from: "ana", body: "in her name" });
  await browser.look(async (person) => {
    const { page } = person;
    await person.open(made.id, made.viewToken);
    await person.sees("looking on");
    for (const button of await page.locator(".surface button").all())
      expect(await button.isDisabled()).toBe(true);
    await person.go("messages");
    expect(await page.getByRole("textbox").count()).toBe(0);
    await person.go("actions");
    await page.getByRole("button", { name: /^launch/ }).click();
    expect(await page.getByRole("button", { name: "Invoke", exact: true }).count()).toBe(0);
    await person.go("state");
    await page.getByRole("treeitem", { name: /mood.*curious/ }).waitFor();
  });
});

it("[DASH-4] a connection that breaks is told of quietly, and nothing is lost; a token that ends says what to do", async () => {
  const view = await made.room.mintToken({ kind: "view" });
  await browser.look(async (person) => {
    const { page } = person;
    let isCut = false;
    let cut: () => Promise<void> = async () => undefined;
    await page.routeWebSocket(/\/watch/, (socket) => {
      if (isCut) return void socket.close();
      socket.connectToServer();
      cut = async () => await socket.close({ code: 1012, reason: "restart" });
    });
    await page.route(/\/watch/, (route) => (isCut ? route.abort() : route.continue()));
    await person.open(made.id, view.token, "state");
    isCut = true;
    await cut();
    await person.sees(/Reconnecting/, ".banner");
    await ana.invoke("set", { key: "meanwhile", value: "kept" });
    isCut = false;
    await person.page.getByRole("treeitem", { name: /meanwhile.*kept/ }).waitFor({ timeout: 30_000 });
    await page.locator(".banner").waitFor({ state: "hidden" });
    await made.room.revokeToken(view.id);
    await person.sees(/does not open this room any more/);
    await page.getByRole("button", { name: "Use another token" }).click();
    await page.getByLabel("Token").waitFor();
  });
});

it("[DASH-5] nothing that an agent writes runs, loads or restyles, wherever it stands", async () => {
  const bad = await createRoom(server);
  await plantPayloads(bad.room);
  await browser.look(async (person) => {
    const { page } = person;
    await page.addInitScript("window.pwned = () => { window.ran = true; }");
    await person.open(bad.id, bad.token);
    for (const panel of PANELS) {
      await person.go(panel);
      const items = page.locator(
        '.content button.item, .content [role="treeitem"], .content [role="option"]',
      );
      for (let index = 0; index < Math.min(14, await items.count()); index++) await items.nth(index).click();
      await page
        .locator("details > summary")
        .first()
        .click({ timeout: 50 })
        .catch(() => undefined);
      expect(
        await page.locator(".content :is(script, style, img, iframe, form[action], [onerror])").count(),
      ).toBe(0);
      expect(await page.locator('a[href^="javascript" i], a[href^="data" i]').count()).toBe(0);
    }
    await person.go("surfaces");
    expect(await page.locator("article").count()).toBeGreaterThanOrEqual(9);
    await person.sees("<script>pwned()</script>", "[data-view^=metric]");
    const links = await page.evaluate<string[]>(
      "[...document.querySelectorAll('.markdown a[href]')].map((each) => each.href)",
    );
    expect(new Set(links)).toEqual(new Set(["https://example.org/", "https://example.org/auto"]));
    expect(await page.locator("body").isVisible()).toBe(true);
    expect(await page.evaluate("window.ran")).toBeUndefined();
  });
});

it.each(["light", "dark"] as const)(
  "[DASH-7] axe finds nothing serious on the home page and in an empty room, in %s",
  async (scheme) => {
    const empty = await createRoom(server);
    await browser.look(async (person) => {
      const { page } = person;
      const barriers: string[] = [];
      // What depends on the colours is looked for in both.
      const rules = scheme === "light" ? [] : ["color-contrast"];
      const check = async (where: string) => {
        for (const barrier of await person.barriers(rules)) barriers.push(`${where}: ${barrier}`);
      };
      await page.goto(server);
      await check("home");
      await page.goto(`${server}/rooms/${empty.id}#token=${empty.token}`);
      await page.locator(".live.on").waitFor();
      for (const panel of ["map", "actions", "messages"]) {
        await person.go(panel);
        await check(`empty ${panel}`);
      }
      expect(barriers).toEqual([]);
    }, scheme);
  },
);
