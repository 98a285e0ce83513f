import { describe, expect, it } from "vitest";
import agents from "../../src/help/agents.md";
import cel from "../../src/help/cel.md";
import contestedActions from "../../src/help/contested_actions.md";
import contextShaping from "../../src/help/context_shaping.md";
import directedMessages from "../../src/help/directed_messages.md";
import guide from "../../src/help/guide.md";
import help from "../../src/help/help.md";
import messages from "../../src/help/messages.md";
import refusals from "../../src/help/refusals.md";
import standardLibrary from "../../src/help/standard_library.md";
import timers from "../../src/help/timers.md";
import views from "../../src/help/views.md";
import vocabularyBootstrap from "../../src/help/vocabulary_bootstrap.md";
import vocabularyReview from "../../src/help/vocabulary_review.md";
import waiting from "../../src/help/waiting.md";
import watching from "../../src/help/watching.md";
import writes from "../../src/help/writes.md";
import { HELP_KEYS } from "../../src/kernel/help-keys.ts";
import { createRoom } from "../support/room.ts";
import { watch } from "../support/socket.ts";

const TEXTS: Record<string, string> = {
  guide,
  standard_library: standardLibrary,
  vocabulary_bootstrap: vocabularyBootstrap,
  writes,
  cel,
  views,
  messages,
  directed_messages: directedMessages,
  contested_actions: contestedActions,
  context_shaping: contextShaping,
  vocabulary_review: vocabularyReview,
  refusals,
  waiting,
  watching,
  timers,
  agents,
  help,
};

interface Sample {
  readonly from: string;
  readonly language: string;
  /** The built-in action that the sample is for; `frame` for one of a socket, empty for a body of another call. */
  readonly action: string;
  readonly text: string;
}

const SAMPLES: Sample[] = Object.entries(TEXTS).flatMap(([from, text]) =>
  [...text.matchAll(/^```(\w*) ?(\w*)\n(.*?)^```$/gms)].map(
    ([, language = "", action = "", sample = ""]) => ({
      from,
      language,
      action,
      text: sample,
    }),
  ),
);

const frames = SAMPLES.filter(({ action }) => action === "frame");
const invocations = SAMPLES.filter(({ action }) => action !== "" && action !== "frame");
const joins = SAMPLES.filter(({ language, action }) => language === "json" && action === "");
const expressions = SAMPLES.filter(({ language }) => language === "cel");

describe("the help texts", () => {
  it("[ACT-13] have samples of every kind", () => {
    expect(invocations.length).toBeGreaterThan(12);
    expect(joins.length).toBeGreaterThan(1);
    expect(expressions.length).toBeGreaterThan(10);
    const actions = new Set(invocations.map(({ action }) => action));
    expect([...actions].sort()).toEqual(["_register_action", "_register_view", "_send_message", "help"]);
  });

  it.each(invocations)("[ACT-13] $from: a sample for $action is accepted (%#)", async ({ action, text }) => {
    const ana = await (await createRoom()).join("ana");
    const { status, body } = await ana.call(`/actions/${action}/invoke`, { body: text });
    expect([status, body.error]).toEqual([action.startsWith("_register") ? 201 : 200, undefined]);
    expect(body.value?._error).toBeUndefined();
  });

  it.each(joins)("[AGENT-1] $from: a body to join with is accepted (%#)", async ({ text }) => {
    const room = await createRoom();
    const { status, body } = await room.joiner.call("/agents", { body: text });
    expect([status, body.agent?.id]).toEqual([201, "ana"]);
  });

  it("[WATCH-1] watching: every frame is taken by one socket, in the order of the text", async () => {
    const ana = await (await createRoom()).join("ana");
    const socket = await watch(ana);
    for (const { text } of frames) socket.send(text);
    await socket.ask({ type: "ping" });
    expect(frames.length).toBeGreaterThan(5);
    expect(socket.of("error")).toEqual([]);
    socket.close();
  });

  it.each(expressions)("[CEL-1] $from: $text has a value in an empty room", async ({ text }) => {
    const ana = await (await createRoom()).join("ana");
    const { status, body } = await ana.call("/eval", { body: { expr: text.trim() } });
    expect([status, body.error]).toEqual([200, undefined]);
  });

  it("[ACT-13] every action of a sample can be invoked by an agent", async () => {
    const params: Record<string, Record<string, unknown>> = {
      set_phase: { phase: "build" },
      note: { text: "x" },
      edit_plan: { plan: "x", if_hash: "" },
      finish_phase: { summary: "x" },
      move: { square: 4, next: "bob" },
      add_score: { points: 2 },
      offer: { what: "x", ttl_ms: 60_000 },
      hide_move: { move: "x" },
    };
    for (const { action, text } of invocations) {
      const { id } = JSON.parse(text).params;
      if (action !== "_register_action" || id === "set_help") continue;
      const ana = await (await createRoom()).join("ana");
      await ana.call(`/actions/${action}/invoke`, { body: text });
      expect([id, (await ana.invoke(id, params[id])).status]).toEqual([id, 200]);
    }
  });

  it("[ACT-13] are there for every key that a refusal or a context can name", () => {
    expect(Object.keys(TEXTS).sort()).toEqual([...HELP_KEYS].sort());
  });

  it("[ACT-13] no expression inside a text names a key of help that there is not", async () => {
    for (const text of Object.values(TEXTS)) {
      for (const [, key = ""] of text.matchAll(/help key `(\w+)`/gi))
        expect(Object.keys(TEXTS)).toContain(key);
    }
  });
});
