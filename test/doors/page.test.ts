import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { CreatedRoom, Room } from "../../src/client/main.ts";
import { createRoom } from "../../src/client/main.ts";
import { TestBrowser } from "./browser.ts";
import { furnish } from "./page-room.ts";

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

describe("what is served", () => {
  const html = { Accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

  it("[DASH-1] [DASH-2] the page is for browsers, JSON for who brings a token; its policy lets nothing in", async () => {
    for (const path of ["/", `/rooms/${made.id}`]) {
      const response = await fetch(server + path, { headers: html });
      expect(response.status).toBe(200);
      expect(response.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
      const policy = response.headers.get("Content-Security-Policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain("unsafe");
      expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(response.headers.get("Referrer-Policy")).toBe("no-referrer");
    }
    const authorised = await fetch(`${server}/rooms/${made.id}`, {
      headers: { ...html, Authorization: `Bearer ${made.token}` },
    });
    expect(await authorised.json()).toMatchObject({ id: made.id });
    const program = await fetch(`${server}/rooms/${made.id}`);
    expect(await program.json()).toMatchObject({ error: "authentication_required" });
    expect((await fetch(`${server}/assets/none.js`)).status).toBe(404);
  });

  it("[DASH-2] a first load is under 120 KB, and nothing comes from elsewhere", async () => {
    await browser.look(async ({ page }) => {
      const bodies: Promise<Buffer>[] = [];
      page.on("response", (response) => {
        if (!response.url().includes("/templates")) bodies.push(response.body());
      });
      await page.goto(server, { waitUntil: "networkidle" });
      const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body).byteLength);
      expect(sizes.length).toBeGreaterThanOrEqual(3);
      expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(120 * 1024);
    });
  });
});

it("[DASH-3] a room is created and opened from the home page; its token is in no request and not in the address", async () => {
  await browser.look(async (person) => {
    const { page } = person;
    await page.goto(server);
    const create = page.locator("section", { hasText: "Create a room" });
    await create.getByLabel("Begins with").selectOption("vote");
    await create.getByRole("button", { name: "Create" }).click();
    const snippet = page.locator(".snippet");
    for (const way of ["TypeScript", "MCP", "Language model", "curl"]) {
      await page.getByRole("button", { name: way, exact: true }).click();
      await person.sees(server, ".snippet");
      expect(await snippet.innerText()).toContain("join_…");
    }
    await page.getByLabel("with the join token").check();
    const [command = ""] = (await snippet.innerText()).match(/join_[^".]+\.[^"]+/) ?? [];
    expect(command).toMatch(/^join_/);
    expect(await person.barriers()).toEqual([]);
    await page.getByRole("link", { name: "Open the room" }).click();
    await page.locator(".live.on").waitFor();
    await person.sees("Open votes", ".surface h4");
    expect(page.url()).not.toContain("token");
    const token = await page.evaluate<string>("Object.values(sessionStorage)[0]");
    expect(token).toMatch(/^room_/);
    await page.reload();
    await page.locator(".live.on").waitFor();
    expect(person.requests.filter((line) => line.includes(token))).toEqual([]);
    const room = decodeURIComponent(new URL(page.url()).pathname.split("/")[2]!);
    await page.goto(server);
    await page.getByRole("link", { name: room }).click();
    await page.locator(".live.on").waitFor();
    await page.getByRole("button", { name: "Leave" }).click();
    await page.getByLabel("Token").fill("join_x");
    await page.getByRole("button", { name: "Open" }).click();
    await person.sees(/lets an agent join; it cannot read/);
  });
});

describe("[DASH-4] panels show what happens as it happens", () => {
  it("state, its history, and what is gone", async () => {
    await browser.look(async (person) => {
      await person.open(made.id, made.token, "state");
      await ana.invoke("set", { key: "phase", value: "drafting" });
      await person.page.getByRole("treeitem", { name: /phase/ }).click();
      await person.sees('"drafting"', ".detail");
      await ana.invoke("set", { key: "phase", value: "reviewing" });
      await person.sees('"reviewing"', ".detail figure");
      await expect.poll(() => person.page.locator(".history li").count()).toBe(2);
      await person.page.getByLabel("Filter by scope, key or value").fill("reviewing");
      await expect.poll(() => person.page.getByRole("treeitem").count()).toBe(2);
      await ana.invoke("drop", { key: "phase" });
      await person.sees("Deleted.", ".detail");
    });
  });

  it("ten thousand entries, of which only those in sight are in the document; the keyboard reaches the last", async () => {
    const many = await createRoom(server);
    const keys = Array.from({ length: 64 }, (_, key) => `\${params.p}-${key}`);
    await many.room.registerAction({
      id: "fill",
      params: { p: { type: "integer", required: true } },
      writes: keys.map((key) => ({ key, value: "${params.p}" })),
    });
    for (const half of [0, 1]) {
      await many.room.invokeMany(
        Array.from({ length: 80 }, (_, p) => ({ action: "fill", params: { p: half * 80 + p } })),
      );
    }
    await browser.look(async (person) => {
      await person.open(many.id, many.viewToken, "state");
      await person.sees("10,240", ".virtual");
      expect(await person.page.getByRole("treeitem").count()).toBeLessThan(100);
      await person.page.getByRole("tree").focus();
      await person.page.keyboard.press("End");
      const active = () => person.page.getByRole("tree").getAttribute("aria-activedescendant");
      await expect.poll(active).toMatch(/^state-tree-10\d{3}$/);
    });
  });

  it("messages both ways, and agents with what they wait for", async () => {
    const waiting = new AbortController();
    void ana.wait("state._shared.never == true", { signal: waiting.signal }).catch(() => undefined);
    await browser.look(async (person) => {
      await person.open(made.id, made.token, "agents");
      await person.sees("state._shared.never == true");
      await person.sees("waiting");
      await person.go("messages");
      await ana.sendMessage({ body: "Who reviews?" });
      await person.sees("Who reviews?");
      await person.page.getByRole("button", { name: "Reply to message 1" }).click();
      await person.page.getByLabel("Recipient").selectOption("ana");
      await person.page.getByLabel("Message", { exact: true }).fill("I do.");
      await person.page.keyboard.press("Enter");
      await person.sees("I do.", ".messages");
      await person.sees("ana: Who reviews?", ".messages");
      await ana.sendMessage({ body: "Another matter" });
      await person.sees("Another matter");
      await person.page.getByRole("button", { name: "2 in thread of message 2" }).click();
      await expect
        .poll(() => person.page.locator(".message-body").allTextContents())
        .toEqual(["Who reviews?", "I do."]);
      await ana.invoke("_send_message", { body: "Thank you.", reply_to: 2 });
      await person.sees("Thank you.", ".messages");
      await person.page.getByRole("button", { name: "All messages" }).click();
      await person.sees("Another matter");
    });
    waiting.abort();
    const { messages } = await ana.context({ only: ["messages"] });
    expect(messages.recent[1]).toMatchObject({ body: "I do.", to: "ana", reply_to: 1, from: null });
    expect(messages.unread).toBe(1);
  });

  it("[DASH-11] messages back to the first, for each role; an agent has read none of them by that", async () => {
    const talk = await createRoom(server);
    const bob = await talk.room.join({ id: "bob" });
    const send = (n: number) => ({
      action: "_send_message",
      params: { body: `word ${n}`, reply_to: n > 620 ? 1 : undefined },
    });
    for (let n = 1; n <= 630; n += 90) {
      await talk.room.invokeMany(Array.from({ length: 90 }, (_, index) => send(n + index)));
    }
    await browser.look(async (person) => {
      const { page } = person;
      for (const token of [talk.viewToken, bob.token!]) {
        await person.open(talk.id, token, "messages");
        await person.sees("message 1", ".quoted");
        const older = page.getByRole("button", { name: "Show older" });
        while ((await older.count()) > 0) await older.click();
        await expect.poll(() => page.locator(".message").count()).toBe(630);
        await person.sees("room: word 1", ".quoted");
        expect(await page.locator(".message-body").first().textContent()).toBe("word 1");
      }
    });
    const { messages } = await bob.context({ only: ["messages"] });
    expect(messages.unread).toBe(630);
  });

  it("actions: the failing clause, a form from the schema, a dry run, an invocation", async () => {
    await browser.look(async (person) => {
      const { page } = person;
      await person.open(made.id, made.token, "actions");
      await page.getByRole("button", { name: /^launch/ }).click();
      await person.sees("state._shared.ready == true", ".unmet");
      await ana.invoke("set", { key: "ready", value: true });
      await person.sees("available", ".detail .tag");
      await page.getByLabel("crew").fill("three");
      await page.getByRole("button", { name: "Dry run" }).click();
      await person.sees("is not a number", ".detail");
      await page.getByLabel("crew").fill("3");
      await page.getByLabel("speed").selectOption("fast");
      await page.getByRole("button", { name: "Dry run" }).click();
      await person.sees("Would be accepted", ".outcome");
      await page.getByRole("button", { name: "Invoke", exact: true }).click();
      await person.sees("Done at seq", ".outcome");
    });
    expect((await ana.evaluate("state._shared.launched")).value).toEqual({ crew: 3, speed: "fast" });
  });

  it("views, the log with what was refused, and the console", async () => {
    await ana.invoke("refuse_me").catch(() => undefined);
    await browser.look(async (person) => {
      const { page } = person;
      await person.open(made.id, made.token, "views");
      await page.getByRole("button", { name: /^broken/ }).click();
      await person.sees(/no such overload|found no|_error|operator/i, ".detail .bad");
      await person.go("log");
      await person.sees("refused: precondition_failed", ".virtual");
      await page.getByLabel("Kind").selectOption("agent_join");
      await expect.poll(() => page.getByRole("option", { name: /agent_join.*_agents/ }).count()).toBe(1);
      await person.go("console");
      const field = page.getByLabel("CEL expression");
      await field.pressSequentially("state._sh");
      await page.getByRole("option", { name: "_shared" }).waitFor();
      await page.keyboard.press("Tab");
      await field.pressSequentially(".rea");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await person.sees("true", ".evaluations");
      await field.fill("state._shared.");
      await page.getByRole("button", { name: "Evaluate" }).click();
      await person.sees("invalid_cel", ".refusal");
    });
  });
});

it("[DASH-10] a room's own title, order of panels and first panel; nothing becomes unreachable", async () => {
  const { id, token, room } = await createRoom(server);
  const dashboard = { title: "Night shift", panels: ["log", "agents"], home: "agents" } as const;
  await room.update({ config: { dashboard } });
  await browser.look(async ({ page }) => {
    await page.goto(`${server}/rooms/${id}#token=${token}`);
    await page.getByRole("heading", { name: "Night shift" }).waitFor();
    await page.getByRole("heading", { name: "Agents", exact: true }).waitFor();
    const titles = () => page.locator("nav.panels a").allInnerTexts();
    const [first, second, ...others] = (await titles()).map((title) => title.split("\n")[0]);
    expect([first, second]).toEqual(["Log", "Agents"]);
    expect(others).toEqual(expect.arrayContaining(["Surfaces", "State", "Messages", "Console"]));
    await room.update({ config: { dashboard: null } });
    await page.getByRole("heading", { name: id }).waitFor();
    await expect.poll(async () => (await titles())[0]).toBe("Surfaces");
  });
});
