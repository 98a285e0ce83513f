import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { CreatedRoom, Room } from "../../src/client/main.ts";
import { createRoom } from "../../src/client/main.ts";
import type { Person } from "./browser.ts";
import { TestBrowser } from "./browser.ts";
import { FlakyProxy } from "./flaky-proxy.ts";
import { furnish } from "./page-room.ts";

const server = inject("server");
let browser: TestBrowser;
let proxy: FlakyProxy;
let made: CreatedRoom;
let ana: Room;
let ben: Room;

beforeAll(async () => {
  [browser, proxy, made] = await Promise.all([
    TestBrowser.open(server),
    FlakyProxy.before(server),
    createRoom(server),
  ]);
  ana = await furnish(made.room);
  ben = await made.room.join({ id: "ben" });
  await made.room.registerAction({
    id: "claim",
    description: "Take the task, first come, first served",
    if: "!('owner' in state._shared)",
    writes: [{ key: "owner", value: "${self}" }],
  });
});

afterAll(async () => {
  await browser.close();
  await proxy.close();
});

/** Lets two people look at the room at once: with the room token as ana, and with ben's own. */
async function lookTogether(does: (a: Person, b: Person) => Promise<void>): Promise<void> {
  await browser.look(async (a) => {
    await browser.look(async (b) => {
      await Promise.all([a.open(made.id, made.token), b.open(made.id, ben.token ?? "")]);
      await a.page.getByLabel("Act as").selectOption("ana");
      await a.page.locator(".live.on").waitFor();
      await does(a, b);
    });
  });
}

it("[DASH-4] two people and an agent at once: each sees what the others do, and one alone wins what all want", async () => {
  const scout = await made.room.join({ id: "scout" });
  await lookTogether(async (a, b) => {
    const surface = ({ page }: Person, view: string) => page.locator(`[data-view="${view}"]`);
    await scout.invoke("set", { key: "found", value: "water" });
    for (const person of [a, b]) {
      await surface(person, "watched").getByText('"water"').waitFor();
      await surface(person, "watched").getByText("changed").waitFor();
    }
    await surface(b, "form").getByLabel("key").fill("gate");
    await surface(b, "form").getByLabel("value").fill("true");
    await surface(b, "form").getByRole("button", { name: "set" }).click();
    await surface(a, "gated").waitFor();
    await Promise.all([a.go("messages"), b.go("messages")]);
    await a.page.getByLabel("Message", { exact: true }).fill("Who takes it?");
    await a.page.keyboard.press("Enter");
    await b.sees("Who takes it?", ".messages");
    await b.sees("ana", ".messages .message-head");
    await Promise.all([a.go("agents"), b.go("agents")]);
    const waiting = new AbortController();
    void scout.wait("state._shared.over == true", { signal: waiting.signal }).catch(() => undefined);
    for (const person of [a, b]) {
      await person.sees("state._shared.over == true", ".panel");
      for (const agent of ["ana", "ben", "scout"]) await person.sees(agent, "th");
    }
    waiting.abort();
    await contest(a, b, scout);
  });
});

/** All three claim at once. */
async function contest(a: Person, b: Person, scout: Room): Promise<void> {
  for (const { page } of [a, b]) {
    await page.locator('nav.panels a[href="#actions"]').click();
    await page.getByRole("button", { name: /^claim/ }).click();
  }
  // Both are about to press when one presses first: what the later one is shown is the room's refusal.
  const press = ({ page }: Person) => page.getByRole("button", { name: "Invoke", exact: true }).click();
  const [, , third] = await Promise.all([
    press(a),
    press(b),
    scout.invoke("claim").then(
      () => "won",
      () => "refused",
    ),
  ]);
  const outcomes: string[] = [third];
  for (const { page } of [a, b]) {
    const answer = page.locator(".invoke :is(.outcome, .refusal)");
    await answer.waitFor();
    outcomes.push((await answer.textContent())?.includes("Done at seq") ? "won" : "refused");
    if (outcomes.at(-1) === "refused") {
      await page.locator(".invoke .refusal").getByText("!('owner' in state._shared)").waitFor();
    }
  }
  expect(outcomes.sort()).toEqual(["refused", "refused", "won"]);
  const { value } = await made.room.evaluate("state._shared.owner");
  expect(["ana", "ben", "scout"]).toContain(value);
}

it("[DASH-4] a connection that is cut again and again while an agent goes on: a quiet banner, then all of it is there", async () => {
  await browser.look(
    async (person) => {
      const { page } = person;
      await person.open(made.id, made.token, "log");
      const first = (await made.room.info()).seq;
      for (let cut = 0; cut < 3; cut++) {
        proxy.kill();
        for (let n = 0; n < 10; n++) await ana.invoke("set", { key: `cut-${cut}-${n}`, value: n });
      }
      proxy.fault = () => "drop";
      proxy.kill();
      await person.sees(/Reconnecting/, ".banner");
      await ana.invoke("set", { key: "meanwhile", value: "kept" });
      proxy.fault = () => null;
      const last = (await made.room.info()).seq;
      await page.locator(`[data-seq="${last}"]`).waitFor({ timeout: 30_000 });
      await page.locator(".banner").waitFor({ state: "hidden" });
      await page.getByRole("option", { name: new RegExp(`^${last}`) }).waitFor();
      const seqs = await page.evaluate<number[]>(
        `[...document.querySelectorAll(".virtual .event > :first-child")].map((each) => Number(each.textContent))`,
      );
      const shown = seqs.sort((x, y) => y - x).slice(0, 20);
      expect(shown).toEqual(Array.from({ length: 20 }, (_, back) => last - back));
      expect(last - first).toBe(31);
      await person.go("state");
      await page.getByLabel("Filter by scope, key or value").fill("cut-");
      await expect.poll(() => page.getByRole("treeitem", { level: 2 }).count()).toBe(30);
      await page.getByLabel("Filter by scope, key or value").fill("");
      await page.getByRole("treeitem", { name: /meanwhile.*kept/ }).waitFor();
    },
    "light",
    proxy.url,
  );
});

it.each([
  [503, "overloaded"],
  [429, "rate_limited"],
])(
  "[DASH-4] a server that refuses with %i: it is told, tried again, and what was missed is there",
  async (status, error) => {
    await browser.look(
      async (person) => {
        const { page } = person;
        await person.open(made.id, made.viewToken, "state");
        const body = JSON.stringify({ error, message: "Too much at once.", retryable: true });
        proxy.fault = (request) =>
          request.includes("/context") ? { status, headers: { "Retry-After": "1" }, body } : null;
        await ana.invoke("set", { key: "busy", value: status });
        await person.sees(new RegExp(`does not answer just now.*${error}`), ".banner");
        proxy.fault = () => null;
        await page
          .getByRole("treeitem", { name: new RegExp(`busy.*${status}`) })
          .waitFor({ timeout: 20_000 });
        await page.locator(".banner").waitFor({ state: "hidden" });
      },
      "light",
      proxy.url,
    );
  },
);

it("[DASH-4] a room that is deleted while it is open: the page says what to do, and shows nothing that writes", async () => {
  const doomed = await createRoom(server);
  await furnish(doomed.room);
  await browser.look(async (person) => {
    const { page } = person;
    await person.open(doomed.id, doomed.token, "messages");
    await page.getByLabel("Message", { exact: true }).waitFor();
    await doomed.room.delete();
    await person.sees(/the room is gone.*Ask the room's owner/);
    expect(await page.getByLabel("Message", { exact: true }).count()).toBe(0);
    await page.getByRole("button", { name: "Use another token" }).click();
    await page.getByLabel("Token").waitFor();
  });
});
