import assert from "node:assert/strict";
import type { Answer } from "./api.ts";
import { call, expectOk } from "./api.ts";
import type { BusyRoom } from "./furnish.ts";
import { invoke } from "./furnish.ts";
import type { Transcript } from "./transcript.ts";
import { HERO, PARTNER } from "./vocabulary.ts";

interface Elided {
  readonly part: string;
  readonly count: number;
  readonly query: string;
}

interface Context {
  readonly seq: number;
  readonly state: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly views: Readonly<Record<string, unknown>>;
  readonly actions: Readonly<Record<string, unknown>>;
  readonly messages: { readonly recent: readonly { readonly seq: number; readonly to?: unknown }[] };
  readonly _context: { readonly elided: readonly Elided[]; readonly deleted?: unknown };
}

/** One agent at work, within 4,000 tokens a read. */
export class Story {
  readonly #room: BusyRoom;
  readonly #transcript: Transcript;

  constructor(room: BusyRoom, transcript: Transcript) {
    this.#room = room;
    this.#transcript = transcript;
  }

  async tell(): Promise<void> {
    const seq = await this.#look();
    await this.#act();
    await this.#wait(seq);
  }

  async #look(): Promise<number> {
    this.#transcript.say("A first look at everything.");
    const first = await this.#read("/context?budget=4000", ({ actions, state, messages }) => ({
      actions: Object.keys(actions).length,
      state: Object.fromEntries(
        Object.entries(state).map(([scope, keys]) => [scope, Object.keys(keys).length]),
      ),
      messages: messages.recent,
    }));
    this.#transcript.say(
      "What was left out, each part with the query that fetches it. One of them, with a budget:",
    );
    const left = first._context.elided.find(({ part }) => part === "state._incidents");
    assert(left, "incidents are left out");
    this.#transcript.say(`\`${JSON.stringify(left)}\``);
    await this.#read(`/context?${left.query}&budget=600`, ({ state }) => state);
    const help = await this.#invoke("help", { key: "context_shaping" });
    assert.equal(help.status, 200);
    return first.seq;
  }

  async #act(): Promise<void> {
    this.#transcript.say("inc-7 is asked for. Would it work to say how it is contained?");
    const params = { key: "inc-7", how: "rolled back" };
    const dry = await this.#invoke("mira.mitigate", params, { dry_run: true });
    assert.equal(dry.body.allowed, false);
    const refused = await this.#invoke("mira.mitigat", params);
    assert.equal(refused.status, 404);
    this.#transcript.say(
      "The owner is read as null: it has to be taken first, and then the hint's name is used.",
    );
    expectOk(await this.#invoke("mira.take", { key: "inc-7" }));
    expectOk(await this.#invoke("mira.mitigate", params));
  }

  async #wait(since: number): Promise<void> {
    this.#transcript.say(`Now ${PARTNER} holds the deploys and writes, while mira waits for it.`);
    const condition = encodeURIComponent(
      "state._shared.freeze.frozen == true && messages.directed_unread > 0",
    );
    const waiting = this.#send(`/wait?condition=${condition}&budget=1000&timeout=10000&only=messages`);
    expectOk(await invoke(this.#room, PARTNER, `${PARTNER}.hold_deploys`, { frozen: true }));
    const body = "deploys are held; please allow them when payments is well";
    expectOk(await invoke(this.#room, PARTNER, "_send_message", { body, to: HERO }));
    const woken = await waiting;
    this.#transcript.note(`GET /wait?condition=…&budget=1000&only=messages`, woken, woken.body);
    assert.equal(woken.body.triggered, true);
    this.#transcript.say("Only what is different since the first look:");
    const delta = await this.#read(`/context?since=${since}&budget=4000&messages=false`, (context) => ({
      state: context.state,
      views: context.views,
      actions: Object.keys(context.actions),
      elided: context._context.elided,
    }));
    assert(delta.state._incidents?.["inc-7"], "the delta tells of inc-7");
    this.#transcript.say("The message asks for something: it is done, and answered.");
    expectOk(await this.#invoke("mira.freeze", { frozen: false }));
    expectOk(await this.#invoke("_send_message", { body: "Contained and allowed again.", to: PARTNER }));
  }

  async #read(path: string, shown: (context: Context) => unknown): Promise<Context> {
    const answer = await this.#send(path);
    expectOk(answer);
    const context = answer.body as unknown as Context;
    this.#transcript.note(`GET ${path}`, answer, shown(context));
    return context;
  }

  async #invoke(action: string, params: object, options: object = {}): Promise<Answer> {
    const path = `/rooms/${this.#room.id}/actions/${action}/invoke`;
    const body = { params, ...options };
    const answer = await call(this.#room.server, path, this.#room.tokens.get(HERO), body);
    this.#transcript.note(`POST /actions/${action}/invoke ${JSON.stringify(body)}`, answer, answer.body);
    return answer;
  }

  async #send(path: string): Promise<Answer> {
    return await call(this.#room.server, `/rooms/${this.#room.id}${path}`, this.#room.tokens.get(HERO));
  }
}
