import WebSocket from "ws";
import type { Dice } from "../random.ts";
import { INVOCATIONS } from "./calls.ts";
import { hostileText, mutated, spoiled } from "./hostile.ts";
import type { Judge } from "./judge.ts";
import { parsed } from "./judge.ts";
import type { Lane } from "./rounds.ts";

/** A room's own reasons to close, and the protocol's for text that is no UTF-8 and messages that are too large. */
const CLOSES = [1000, 1007, 1008, 1009, 4401, 4408];
/** In this time every frame has its answer, ms. */
const PATIENCE_MS = 20_000;
/** Of so many frames each connection sends at most. */
const FRAMES_A_SOCKET = 40;

const FRAMES: readonly object[] = [
  { type: "ping" },
  { type: "ack", seq: 1 },
  { type: "context", only: ["state", "views"], depth: "full", meta: true, budget: 2_000, since: 2 },
  { type: "wait", condition: "state._shared.probe < 0", timeout: 10, include: ["state"] },
  { type: "subscribe", expr: "state._shared.map(k, state._shared[k])" },
  { type: "subscribe", expr: "state._work", agent: null },
  { type: "cancel", target: 3 },
  { type: "cancel", target: "f-1" },
  ...INVOCATIONS.map(([action, params]) => ({ type: "invoke", action, params, idempotency_key: "k" })),
  {
    type: "invoke_many",
    atomic: true,
    invocations: INVOCATIONS.slice(0, 4).map(([action, params]) => ({ action, params })),
  },
];

const TYPES = ["hello", "event", "result", "error", "__proto__", "constructor", "", "INVOKE", 1, null];

/** What is sent, and the id under which it is to be answered; none where it has none. */
interface Drawn {
  readonly data: string | Buffer;
  readonly isBinary: boolean;
  readonly id: string | null;
}

function drawFrame(dice: Dice, number: number): Drawn {
  const id = `f-${number}`;
  const frame = { ...dice.pick(FRAMES), id };
  const how = dice.below(12);
  if (how === 0) return { data: spoiled(JSON.stringify(frame), dice), isBinary: false, id: null };
  if (how === 1) return { data: Buffer.from(JSON.stringify(frame)), isBinary: true, id: null };
  if (how === 2) return { data: hostileText(dice), isBinary: false, id: null };
  const typed = how === 3 ? { ...frame, type: dice.pick(TYPES) } : frame;
  if (how === 4) return { data: JSON.stringify(typed), isBinary: false, id };
  const made = mutated(typed, dice);
  const kept = (made as { readonly id?: unknown } | null)?.id === id;
  return { data: JSON.stringify(made) ?? "", isBinary: false, id: kept ? id : null };
}

/** Has one client send `count` frames, over as many sockets as it takes. */
export async function attackFrames({ target, port, count, dice, judge }: Lane): Promise<void> {
  for (let sent = 0; sent < count; sent += FRAMES_A_SOCKET) {
    const who = dice.pick(["owner", "ana", "ben", "view"]);
    const protocols = ["sync.v8", `bearer.${target.tokens[who] ?? ""}`];
    const socket = new WebSocket(`ws://127.0.0.1:${port}/rooms/${target.id}/watch`, protocols);
    await new Attack(socket, who, judge).run(dice, Math.min(FRAMES_A_SOCKET, count - sent));
  }
}

/** One socket, from before its hello until its close. */
class Attack {
  readonly #socket: WebSocket;
  readonly #who: string;
  readonly #judge: Judge;
  readonly #open = new Map<string, string>();
  #told: () => void = () => undefined;
  #isClosed = false;

  constructor(socket: WebSocket, who: string, judge: Judge) {
    this.#socket = socket;
    this.#who = who;
    this.#judge = judge;
    socket.on("message", (data) => this.#take(String(data)));
    socket.on("close", (code) => {
      this.#isClosed = true;
      judge.count(`closed ${code}`);
      if (!CLOSES.includes(code)) judge.fault(`closed with ${code}: [${who}] ${[...this.#open.values()]}`);
      this.#told();
    });
    socket.on("error", (error) => judge.fault(`${error}: [${who}] ${[...this.#open.values()].at(-1)}`));
  }

  /** Sends all at once, as soon as the socket is open, and waits until each is answered. */
  async run(dice: Dice, count: number): Promise<void> {
    await new Promise((resolve) => {
      this.#socket.once("open", resolve);
      this.#socket.once("close", resolve);
    });
    const drawn = Array.from({ length: count }, (_, number) => drawFrame(dice, number));
    for (const { data, isBinary, id } of [...drawn, { data: LAST, isBinary: false, id: "last" }]) {
      if (this.#socket.readyState !== WebSocket.OPEN) break;
      if (id !== null) this.#open.set(id, String(data).slice(0, 400));
      this.#socket.send(data, { binary: isBinary });
      // A good frame between them, for the third bad one in a row ends it [WATCH-8].
      if (dice.below(20) > 0) this.#socket.send(GOOD);
    }
    await this.#untilAnswered();
    this.#socket.close();
    await this.#until(() => this.#isClosed);
    this.#socket.terminate();
  }

  async #untilAnswered(): Promise<void> {
    // Waits that nothing ends, and what stands behind a close, have no answer.
    await this.#until(() => this.#isClosed || !this.#open.has("last"));
    if (this.#isClosed) return;
    for (const [id, text] of this.#open)
      if (!text.includes('"wait"')) this.#judge.fault(`no answer to ${id}: [${this.#who}] ${text}`);
  }

  async #until(holds: () => boolean): Promise<void> {
    const late = Date.now() + PATIENCE_MS;
    while (!holds() && Date.now() < late) {
      await new Promise<void>((wake) => {
        const timer = setTimeout(wake, 1_000);
        this.#told = () => {
          clearTimeout(timer);
          wake();
        };
      });
    }
    if (!holds())
      this.#judge.fault(`silent: [${this.#who}] ${[...this.#open.values()].join(" ").slice(0, 800)}`);
  }

  #take(text: string): void {
    const frame = parsed(text) as Record<string, unknown> | undefined;
    if (text !== "pong" && typeof frame?.type !== "string")
      this.#judge.fault(`no frame: ${text.slice(0, 300)}`);
    const asked = this.#open.get(String(frame?.id)) ?? "";
    const what = `[${this.#who}] ${asked}`;
    if (frame?.type === "result" || frame?.type === "error") {
      this.#open.delete(String(frame.id));
      this.#judge.other(text, what);
      if (frame.type === "error")
        this.#judge.refusal(frame, null, (why) =>
          this.#judge.fault(`${why}: ${what} → ${text.slice(0, 300)}`),
        );
      else this.#judge.count(String(frame.status));
    }
    this.#told();
  }
}

/** Frames are done in order [WATCH-7]: when this one is answered, all are. */
const GOOD = JSON.stringify({ type: "ping" });
const LAST = JSON.stringify({ type: "ping", id: "last" });
