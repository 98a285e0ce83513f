import type { Declaration } from "./declaration.ts";
import { answer } from "./declaration.ts";
import { OWNER, PAST } from "./errors.ts";
import * as parameters from "./parameters.ts";
import { shownContext } from "./reading.ts";

const bearers = ["agent", "room", "view"] as const;
const ts = "2026-11-23T09:00:05.000Z";
const version = { revision: 1, hash: "3bc0d31a4f14f996" };
const absent = { revision: 0, hash: "" };
const chain = "1480b9740ea7ebc8222bee346a38fdf181ef6db4384d601249fb65bbeb122cb7";

const event = {
  seq: 5,
  kind: "invoke",
  ts,
  agent: "ana",
  payload: {
    ok: true,
    action: "vote",
    params: { choice: "tea" },
    writes: [{ op: "set", scope: "_votes", key: "ana", value: "tea", ...version }],
  },
};

const entry = {
  seq: 5,
  ts,
  agent: "ana",
  action: "vote",
  key: "ana",
  op: "set",
  value: "tea",
  ...version,
  before: absent,
};

export const HISTORY = {
  log: {
    tag: "History",
    description:
      "Events in order, as far as the caller may see them: of another's refusals nothing, of scopes that it may not " +
      "read only that something was written. Read on with `next` as `after`: with `depth=lean` a page of large events " +
      "ends early.",
    bearers,
    query: {
      ...parameters.page,
      limit: parameters.logLimit,
      kind: parameters.kind,
      agent: parameters.ofAgent,
      depth: parameters.logDepth,
    },
    answers: { 200: answer("A page of the log.", "LogPage", { events: [event] }) },
    errors: PAST,
  },
  verify: {
    tag: "History",
    description: "Walks the log from its beginning and computes each event's hash anew.",
    bearers: ["room", "view"],
    answers: { 200: answer("Whether every event fits.", "Verification", { ok: true, seq: 5, chain }) },
    errors: OWNER,
  },
  scopeHistory: {
    tag: "History",
    description:
      "An index look-up, however long the log is. A scope that the caller may not read has no history.",
    bearers,
    query: { ...parameters.page, prefix: parameters.prefix, key: parameters.oneKey },
    answers: {
      200: answer("What happened, the oldest first.", "ScopeHistory", {
        scope: "_votes",
        prefix: "",
        entries: [entry],
        after: 0,
      }),
    },
    errors: PAST,
  },
  keyHistory: {
    tag: "History",
    description: "An index look-up, however long the log is. Each entry says what the key was before.",
    bearers,
    query: parameters.page,
    answers: {
      200: answer("What happened, the oldest first.", "KeyHistory", {
        scope: "_votes",
        key: "ana",
        entries: [entry],
        after: 0,
      }),
    },
    errors: PAST,
  },
  replay: {
    tag: "History",
    description:
      "State, agents, actions and views with their values as they were then, by the caller's sight of today.",
    bearers,
    query: { include: parameters.replayed },
    answers: {
      200: answer("The room as it was.", "Replay", {
        state: { _votes: { ana: { value: "tea", ...version, updated_at: ts } } },
        agents: shownContext.agents,
        actions: shownContext.actions,
        views: { tally: 1 },
        messages: { count: 0, recent: [] },
        _replay: { seq: 5, total: 5, ts },
      }),
    },
    errors: [...PAST, "too_large"],
  },
  samples: {
    tag: "History",
    description:
      "A view that was registered with `render.temporal: true` is sampled when it changes, once a minute at most.",
    bearers,
    query: parameters.page,
    answers: {
      200: answer("Its values, the oldest first.", "Samples", {
        view: "tally",
        samples: [{ seq: 6, ts, value: 1 }],
      }),
    },
    errors: [...PAST, "view_not_found"],
  },
} as const satisfies Readonly<Record<string, Declaration>>;
