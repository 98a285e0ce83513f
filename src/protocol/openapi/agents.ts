import type { Declaration } from "./declaration.ts";
import { answer, jsonBody } from "./declaration.ts";
import { BODY, ROOM } from "./errors.ts";

const ana = {
  id: "ana",
  name: "Ana",
  role: "host",
  status: "active",
  grants: [],
  joined_at: "2026-11-23T09:00:01.000Z",
};

export const AGENTS = {
  join: {
    tag: "Agents",
    description:
      "An id that is taken is refused, unless the caller is that agent or the room: then a new token takes the place " +
      "of the old one. A room that was created with `join: open` takes agents without a token, so many a minute.",
    bearers: ["join", "room", "agent", "nobody"],
    body: jsonBody("Join", { id: "ana", name: "Ana", role: "host", state: { mood: "curious" } }, true),
    answers: {
      201: answer("The agent and its token.", "Joined", { id: "ana", agent: ana, seq: 2, token: "as_…" }),
    },
    errors: [
      ...ROOM,
      ...BODY,
      "read_only_token",
      "room_token_required",
      "invalid_param",
      "invalid_cel",
      "invalid_timer",
      "reserved_id",
      "agent_exists",
      "view_exists",
      "version_conflict",
      "proof_of_read_required",
      "rate_limited",
    ],
  },
  updateAgent: {
    tag: "Agents",
    description:
      "By the agent itself, or by the room token, which alone gives grants. What is left out stays.",
    bearers: ["room", "agent"],
    body: jsonBody("UpdateAgent", { role: "barista" }),
    answers: {
      200: answer("The agent as it is now.", "ChangedAgent", { agent: { ...ana, role: "barista" }, seq: 6 }),
    },
    errors: [...ROOM, ...BODY, "read_only_token", "room_token_required", "invalid_param"],
  },
  leave: {
    tag: "Agents",
    description:
      "Ends the agent's tokens, sockets and waits, and its grants. Its id, scope, views and actions stay its own; only " +
      "the room token lets it in again.",
    bearers: ["room", "agent"],
    answers: { 200: answer("It has left.", "ChangedAgent", { agent: { ...ana, status: "left" }, seq: 7 }) },
    errors: [...ROOM, "read_only_token", "room_token_required"],
  },
} as const satisfies Readonly<Record<string, Declaration>>;
