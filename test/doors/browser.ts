import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";
import { launchChromium } from "./chromium.ts";

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** A browser for a file of tests. */
export class TestBrowser {
  readonly #browser: Browser;
  readonly server: string;

  private constructor(browser: Browser, server: string) {
    this.#browser = browser;
    this.server = server;
  }

  static async open(server: string): Promise<TestBrowser> {
    return new TestBrowser(await launchChromium(), server);
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  /** A page of a person's own, and what it did that it should not. `server` may be a proxy before the one. */
  async person(colorScheme: "light" | "dark" = "light", server = this.server): Promise<Person> {
    const context = await this.#browser.newContext({
      colorScheme,
      viewport: { width: 1280, height: 800 },
      reducedMotion: "reduce",
    });
    return new Person(context, await context.newPage(), server);
  }

  /** Lets somebody look, and sees that nothing broke or left for elsewhere. */
  async look(
    does: (person: Person) => Promise<void>,
    scheme: "light" | "dark" = "light",
    server = this.server,
  ): Promise<void> {
    const person = await this.person(scheme, server);
    try {
      await does(person);
      expect(person.faults).toEqual([]);
    } finally {
      await person.close();
    }
  }
}

/** Somebody who looks at the page. */
export class Person {
  readonly page: Page;
  /** Errors, and requests to elsewhere. */
  readonly faults: string[] = [];
  /** The lines of all requests, as the network sees them. */
  readonly requests: string[] = [];
  readonly #context: BrowserContext;
  readonly #server: string;

  constructor(context: BrowserContext, page: Page, server: string) {
    this.#context = context;
    this.page = page;
    this.#server = server;
    page.setDefaultTimeout(8_000);
    page.on("pageerror", (error) => this.faults.push(error.message));
    page.on("dialog", (dialog) => {
      this.faults.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("console", (message) => {
      if (/Content Security Policy|Refused to/.test(message.text())) this.faults.push(message.text());
    });
    page.on("request", (request) => {
      this.requests.push(request.url());
      if (!request.url().startsWith(server)) this.faults.push(`request to ${request.url()}`);
    });
  }

  async open(room: string, token: string, panel = "surfaces"): Promise<void> {
    await this.page.goto(`${this.#server}/rooms/${room}#token=${token}`);
    await this.page.locator(".live.on").waitFor();
    await this.go(panel);
  }

  async go(panel: string): Promise<void> {
    await this.page.locator(`nav.panels a[href="#${panel}"]`).click();
    await this.page.locator(`nav.panels a[href="#${panel}"][aria-current]`).waitFor();
  }

  /** Waits until a text is to be seen, in the whole page or a part of it. */
  async sees(text: string | RegExp, within = "body"): Promise<void> {
    await this.page.locator(within).getByText(text).first().waitFor();
  }

  /** What axe finds that is serious: rule and place. */
  async barriers(rules: readonly string[] = []): Promise<string[]> {
    const only = rules.length === 0 ? {} : { runOnly: rules };
    // The policy lets no script in but the page's own; an evaluation by the debugger is none of the page's.
    if (!(await this.page.evaluate("Boolean(window.axe)"))) await this.page.evaluate(axe);
    return await this.page.evaluate(`axe.run(document, ${JSON.stringify({ resultTypes: ["violations"], ...only })}).then(({ violations }) =>
      violations.filter(({ impact }) => impact === "serious" || impact === "critical")
        .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + " " + target + " " + failureSummary)))`);
  }

  /** Opens what a panel tells more of: the first item of its list. */
  async openFirst(): Promise<void> {
    const items = this.page.locator(
      '.content button.item, .content [role="treeitem"][aria-level="2"], .content .virtual [role="option"]',
    );
    if ((await items.count()) === 0) return;
    await items.first().click();
    await this.page.locator(".detail").waitFor();
  }

  /**
   * Goes through all of the page by the Tab key alone, and answers what that did not reach, or on what nobody could see
   * the focus. A part that keeps the focus leaves others unreached.
   */
  async unreached(): Promise<string[]> {
    const count = await this.page.evaluate<number>(WALK);
    for (let tabs = 0; tabs < count + 4; tabs++) await this.page.keyboard.press("Tab");
    return await this.page.evaluate<string[]>("window.walk()");
  }

  /** px by which the page is wider than its window. */
  async overflow(): Promise<number> {
    return await this.page.evaluate("document.documentElement.scrollWidth - innerWidth");
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}

/** In the page: counts what takes the focus, and notes what gets it. */
const WALK = `(() => {
  const all = [...document.querySelectorAll(
    'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, [tabindex="0"]',
  )].filter((each) => each.getClientRects().length > 0);
  const told = (each) => each.tagName.toLowerCase() + " " + (each.getAttribute("aria-label") ?? each.textContent ?? "").slice(0, 40);
  const reached = new Set();
  const unseen = [];
  const note = ({ target }) => {
    reached.add(target);
    const { outlineStyle, outlineWidth } = getComputedStyle(target);
    if (outlineStyle === "none" || parseFloat(outlineWidth) < 1) unseen.push("focus not seen on " + told(target));
  };
  document.addEventListener("focusin", note);
  window.walk = () => {
    document.removeEventListener("focusin", note);
    return [...unseen, ...all.filter((each) => each.isConnected && !reached.has(each)).map((each) => "not reached: " + told(each))];
  };
  return all.length;
})()`;
