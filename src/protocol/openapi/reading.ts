import type { Declaration } from "./declaration.ts";
import { answer, jsonBody } from "./declaration.ts";
import { BODY, PAST, ROOM } from "./errors.ts";
import * as parameters from "./parameters.ts";

const ana = {
  name: "Ana",
  role: "host",
  status: "active",
  waiting_on: null,
  last_heartbeat: "2026-11-23T09:00:05.000Z",
  joined_at: "2026-11-23T09:00:01.000Z",
};

export const shownContext = {
  state: { _votes: { ana: "tea" }, self: { mood: "curious" } },
  views: { tally: 1 },
  agents: { ana },
  actions: {
    vote: {
      available: false,
      enabled: true,
      description: "Vote once",
      params: { choice: { type: "string", enum: ["tea", "coffee"], required: true } },
    },
  },
  messages: { count: 0, unread: 0, directed_unread: 0, recent: [] },
  self: "ana",
  seq: 5,
  _context: {
    sections: ["state", "views", "agents", "actions", "messages", "self"],
    depth: "lean",
    elided: [],
    help: [],
    request: {},
  },
};

const updated = { revision: 1, hash: "3bc0d31a4f14f996", updated_at: "2026-11-23T09:00:05.000Z" };
const weights = { recency: 0.1, dependency: 0.3, authorship: 0.1, directed: 0.2, contest: 0.1, delta: 0.2 };

export const READING = {
  context: {
    tag: "Reading",
    description:
      "Everything that the caller may see, in one call. `since` answers only what is new, `budget` the most salient of " +
      "it. Messages that it shows count as read.",
    bearers: ["agent", "room", "view"],
    query: parameters.shape,
    answers: { 200: answer("The room as the caller sees it.", "Context", shownContext) },
    errors: [...PAST, "too_large"],
  },
  evaluate: {
    tag: "Reading",
    description:
      "Evaluates a CEL expression with the caller's eyes, in the room as it is or, with `seq`, as it was.",
    bearers: ["agent", "room", "view"],
    body: jsonBody("Evaluate", { expr: "size(state._votes)" }, true),
    answers: {
      200: answer("What it is worth.", "Evaluated", { expression: "size(state._votes)", value: 1 }),
    },
    errors: [...PAST, ...BODY, "invalid_cel", "cel_error", "cel_budget_exceeded"],
  },
  poll: {
    tag: "Reading",
    description: "One bundle for a dashboard that cannot hold a socket.",
    bearers: ["agent", "room", "view"],
    answers: {
      200: answer("The room.", "Poll", {
        state: [{ scope: "_votes", key: "ana", value: "tea", ...updated }],
        resolved: { tally: 1 },
        available: { vote: false },
        audit: [],
        agents: { ana },
        seq: 5,
      }),
    },
    errors: [...ROOM, "too_large"],
  },
  salience: {
    tag: "Reading",
    description: "Which keys matter most to an agent, and what speaks for each: six signals, weighed.",
    bearers: ["agent", "room", "view"],
    query: { scope: parameters.ofScope, limit: parameters.ranked },
    answers: {
      200: answer("The keys, the one that matters most first.", "Salience", {
        agent: "ana",
        weights,
        entries: [
          {
            scope: "_votes",
            key: "ana",
            score: 0.49,
            signals: { recency: 0.9, dependency: 1, authorship: 1, directed: 0, contest: 0, delta: 0 },
          },
        ],
        computed_at: "2026-11-23T09:00:06.000Z",
        seq: 5,
      }),
    },
    errors: ROOM,
  },
} as const satisfies Readonly<Record<string, Declaration>>;
