import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { CreatedRoom } from "../../src/client/main.ts";
import type { Person } from "./browser.ts";
import { TestBrowser } from "./browser.ts";
import { livelyRoom } from "./picture-room.ts";

/** `npm run pictures` writes what README shows; without it the same looks are only examined. */
const FOLDER = process.env.PICTURES === undefined ? null : resolve(import.meta.dirname, "../../docs/images");
const MOST_BYTES = 150 * 1024;
const HEIGHTS: Readonly<Record<number, number>> = { 390: 760, 820: 640, 1440: 800 };

/** The width between them lays out as the widest does, with less of it. */
const AXED = new Set([390, 1440]);

type Scheme = "light" | "dark";

/** A way to look at the room. To show one more panel, add it here; to show it in README, say where. */
interface Look {
  readonly name: string;
  readonly panel: string;
  /** What is opened, chosen and refused in it. */
  readonly prepare?: (person: Person) => Promise<void>;
  readonly pictures?: readonly (readonly [width: number, scheme: Scheme])[];
}

const LOOKS: readonly Look[] = [
  {
    name: "surfaces",
    panel: "surfaces",
    pictures: [
      [1440, "light"],
      [1440, "dark"],
      [820, "light"],
      [820, "dark"],
      [390, "light"],
      [390, "dark"],
    ],
  },
  {
    name: "map",
    panel: "map",
    prepare: async ({ page }) => await page.locator(".map").waitFor(),
    pictures: [
      [1440, "light"],
      [820, "dark"],
    ],
  },
  {
    name: "state",
    panel: "state",
    prepare: async ({ page }) => await page.getByRole("treeitem", { name: /^words/ }).click(),
    pictures: [[820, "dark"]],
  },
  { name: "agents", panel: "agents" },
  { name: "messages", panel: "messages", pictures: [[390, "light"]] },
  {
    name: "actions",
    panel: "actions",
    prepare: async ({ page }) => {
      await page.getByRole("button", { name: /^publish/ }).click();
      await page.getByRole("button", { name: "Invoke", exact: true }).click();
      await page.locator(".invoke .refusal").waitFor();
    },
    pictures: [[1440, "dark"]],
  },
  { name: "views", panel: "views", prepare: async (person) => await person.openFirst() },
  {
    name: "log",
    panel: "log",
    prepare: async ({ page }) => await page.getByRole("option", { name: /cid.*refused/ }).click(),
    pictures: [[820, "light"]],
  },
  {
    name: "console",
    panel: "console",
    prepare: async (person) => {
      const { page } = person;
      for (const expr of ["state._tasks.filter(", "views.ready.map(k, state._tasks[k].body)"]) {
        await page.getByLabel("CEL expression").fill(expr);
        await page.getByRole("button", { name: "Evaluate" }).click();
        await page.locator(".evaluations").getByText(expr).first().waitFor();
      }
      await person.sees("Write the introduction", ".evaluations");
    },
  },
  {
    name: "time",
    panel: "surfaces",
    prepare: async ({ page }) => {
      await page.getByRole("button", { name: "Time" }).click();
      await page.getByRole("slider").focus();
      for (let back = 0; back < 3; back++) await page.keyboard.press("PageDown");
      await page.locator(".room.past .surface").first().waitFor();
    },
    pictures: [
      [1440, "light"],
      [1440, "dark"],
      [820, "light"],
      [390, "dark"],
    ],
  },
];

const server = inject("server");
let browser: TestBrowser;
let made: CreatedRoom;

beforeAll(async () => {
  [browser, made] = await Promise.all([TestBrowser.open(server), livelyRoom(server)]);
});

afterAll(async () => {
  await browser.close();
});

it.each(["light", "dark"] as const)(
  "[DASH-7] a room at work at three widths in %s: nothing goes off sideways, and axe finds nothing serious",
  async (scheme) => {
    await browser.look(async (person) => {
      const { page } = person;
      const found: string[] = [];
      await page.setViewportSize({ width: 1440, height: 800 });
      await person.open(made.id, made.token);
      for (const look of LOOKS) {
        await person.go(look.panel);
        await look.prepare?.(person);
        for (const [width, height] of Object.entries(HEIGHTS)) {
          await page.setViewportSize({ width: Number(width), height });
          const where = `${look.name} at ${width} px`;
          if ((await person.overflow()) > 0) found.push(`${where} goes off sideways`);
          if (AXED.has(Number(width))) {
            // What does not depend on colours is the same in both.
            const rules = scheme === "dark" ? ["color-contrast"] : [];
            for (const barrier of await person.barriers(rules)) found.push(`${where}: ${barrier}`);
          }
          await take(person, look, Number(width), scheme);
        }
      }
      expect(found).toEqual([]);
    }, scheme);
  },
);

async function take(
  { page }: Person,
  { name, pictures = [] }: Look,
  width: number,
  scheme: Scheme,
): Promise<void> {
  if (FOLDER === null || !pictures.some(([at, as]) => at === width && as === scheme)) return;
  mkdirSync(FOLDER, { recursive: true });
  // A picture is of the room, not of where the focus is.
  await page.evaluate("document.activeElement?.blur()");
  const png = (await page.screenshot()).toString("base64");
  const webp = await page.evaluate<string>(`(async () => {
    const image = new Image();
    image.src = "data:image/png;base64,${png}";
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", 0.9).split(",")[1];
  })()`);
  const picture = Buffer.from(webp, "base64");
  expect(picture.byteLength).toBeLessThan(MOST_BYTES);
  writeFileSync(join(FOLDER, `${name}-${width}-${scheme}.webp`), picture);
}
