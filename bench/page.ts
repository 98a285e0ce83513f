import type { Page } from "playwright-core";
import { startServer } from "../examples/local-server.ts";
import type { CreatedRoom, Room } from "../src/client/main.ts";
import { createRoom } from "../src/client/main.ts";
import { launchChromium } from "../test/doors/chromium.ts";

/**
 * npm run bench:page: what the page costs its reader in a room of 10,240 entries and 50,000 events, while an agent writes
 * 100 times a second. Tasks over 50 ms are what a reader feels: they are counted over 10 s of each way to look.
 */
const [EVENTS = 50_000] = process.argv.slice(2).map(Number);
const WINDOW_MS = 10_000;
const BATCH = 100;
/** So many entries an event of the filling writes. */
const KEYS_A_FILL = 64;
const FILLS = 160;
/** One agent may invoke 100 times a second [LIMIT-1]. */
const FILLERS = 50;
const WRITES_A_TICK = 5;
const TICK_MS = 50;
/** A server that is slower than the writer is not to fall behind for ever. */
const MOST_OPEN = 4;

interface Figure {
  readonly what: string;
  /** Tasks over 50 ms, and the longest. */
  readonly long: number;
  readonly longestMs: number;
  /** Frames that came 100 ms or more after the one before. */
  readonly lateFrames: number;
  /** Processor time of the page's process, ms a second: the least that depends on what else the machine does. */
  readonly processor: number;
  /** Seqs that were shown, and events that came. */
  readonly shown: number;
  readonly came: number;
}

/** In the page: counts what its reader feels. It is a text, for it runs elsewhere. */
const OBSERVE = `(() => {
  const seen = { long: [], late: 0, shown: 0 };
  new PerformanceObserver((list) => seen.long.push(...list.getEntries().map((each) => each.duration)))
    .observe({ type: "longtask" });
  let last = performance.now();
  let seq = null;
  const frame = (now) => {
    if (now - last >= 100) seen.late += 1;
    last = now;
    const shown = document.querySelector("[data-seq]")?.dataset.seq;
    if (shown !== seq) seen.shown += 1;
    seq = shown;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  window.seen = seen;
})()`;

async function fill(room: Room): Promise<void> {
  const keys = Array.from({ length: KEYS_A_FILL }, (_, key) => `\${params.p}-${key}`);
  await room.registerAction({
    id: "fill",
    params: { p: { type: "integer", required: true } },
    writes: keys.map((key) => ({
      key,
      value: { n: "${params.p}", text: "what an agent keeps of its work" },
    })),
  });
  await room.registerAction({
    id: "set",
    params: { key: { type: "string", required: true }, n: { type: "integer", required: true } },
    writes: [{ key: "${params.key}", value: "${params.n}" }],
  });
  for (let p = 0; p < FILLS; p += 80) {
    await room.invokeMany(
      Array.from({ length: 80 }, (_, offset) => ({ action: "fill", params: { p: p + offset } })),
    );
  }
  const agents: Room[] = [];
  for (let agent = 0; agent < FILLERS; agent++) agents.push(await room.join({ id: `filler-${agent}` }));
  for (let seq = FILLS; seq < EVENTS; seq += BATCH) {
    const agent = agents[((seq / BATCH) % FILLERS) | 0];
    await agent?.invokeMany(Array.from({ length: BATCH }, (_, offset) => write(seq + offset)));
  }
  for (const agent of agents) await agent.leave();
}

function write(n: number) {
  return { action: "set", params: { key: `${n % FILLS}-${n % KEYS_A_FILL}`, n } };
}

/** An agent that writes on and on, until it is told to stop. */
function writer(room: Room): () => void {
  let n = 0;
  let open = 0;
  const timer = setInterval(() => {
    if (open === MOST_OPEN) return;
    open += 1;
    n += WRITES_A_TICK;
    room
      .invokeMany(Array.from({ length: WRITES_A_TICK }, (_, offset) => write(n + offset)))
      .catch(() => undefined)
      .finally(() => {
        open -= 1;
      });
  }, TICK_MS);
  return () => clearInterval(timer);
}

interface Look {
  readonly what: string;
  readonly panel: string;
  /** One move of the reader's, again and again. */
  readonly move: (page: Page, turn: number) => Promise<void>;
}

const scroll = async (page: Page, turn: number) => {
  await page.mouse.move(600, 400);
  await page.mouse.wheel(0, turn % 100 < 50 ? 900 : -900);
};

const type = (label: RegExp, words: string) => async (page: Page, turn: number) => {
  const end = turn % (words.length + 1);
  await page.getByLabel(label).fill(words.slice(0, end));
};

const scrub = async (page: Page, turn: number) => {
  const slider = page.getByRole("slider");
  if ((await slider.count()) === 0) await page.getByRole("button", { name: "Time" }).click();
  await slider.press(turn % 40 < 20 ? "PageDown" : "PageUp");
};

const LOOKS: readonly Look[] = [
  { what: "surfaces, looked at", panel: "surfaces", move: async () => undefined },
  { what: "state, looked at", panel: "state", move: async () => undefined },
  { what: "state, scrolled", panel: "state", move: scroll },
  { what: "state, filtered", panel: "state", move: type(/^Filter by/, "agent keeps") },
  { what: "log, looked at", panel: "log", move: async () => undefined },
  { what: "log, scrolled", panel: "log", move: scroll },
  { what: "log, filtered", panel: "log", move: type(/^Filter by/, "_shared.12-1") },
  { what: "map, looked at", panel: "map", move: async () => undefined },
  { what: "state of the past, scrubbed", panel: "state", move: scrub },
];

async function measure(page: Page, { what, panel, move }: Look): Promise<Figure> {
  await page.locator(`nav.panels a[href="#${panel}"]`).click();
  await page.waitForTimeout(1_500);
  const session = await page.context().browser()?.newBrowserCDPSession();
  const processorOf = async () => {
    const { processInfo = [] } = (await session?.send("SystemInfo.getProcessInfo")) ?? {};
    return processInfo
      .filter(({ type }) => type === "renderer")
      .reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  };
  await page.evaluate(OBSERVE);
  const begun = performance.now();
  const before = await processorOf();
  const seqOf = async () => Number(await page.locator("[data-seq]").getAttribute("data-seq"));
  const first = await seqOf();
  for (let turn = 0; performance.now() - begun < WINDOW_MS; turn++) {
    await move(page, turn);
    await page.waitForTimeout(60);
  }
  const seconds = (performance.now() - begun) / 1_000;
  const processor = Math.round(((await processorOf()) - before) * (1_000 / seconds));
  const seen = await page.evaluate<{ long: number[]; late: number; shown: number }>("window.seen");
  await session?.detach();
  return {
    what,
    long: seen.long.length,
    longestMs: Math.round(Math.max(0, ...seen.long)),
    lateFrames: seen.late,
    processor,
    shown: seen.shown,
    came: (await seqOf()) - first,
  };
}

async function main(): Promise<void> {
  const server = await startServer();
  const browser = await launchChromium();
  try {
    const made: CreatedRoom = await createRoom(server.url);
    await fill(made.room);
    console.log(`a room of ${FILLS * KEYS_A_FILL} entries and ${(await made.room.info()).seq} events`);
    const agent = await made.room.join({ id: "ana" });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const stop = writer(agent);
    for (const look of LOOKS) {
      await page.goto(server.url);
      const begun = performance.now();
      await page.goto(`${server.url}/rooms/${made.id}#token=${made.token}`);
      await page.locator(".live.on").waitFor();
      const opened = Math.round(performance.now() - begun);
      console.log(JSON.stringify({ ...(await measure(page, look)), opened }));
    }
    stop();
  } finally {
    await browser.close();
    await server.stop();
  }
}

await main();
