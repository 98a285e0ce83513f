import type { Declaration } from "./declaration.ts";
import { answer, jsonBody } from "./declaration.ts";
import { BODY, CREATION, OWNER, ROOM } from "./errors.ts";

const createdAt = "2026-11-23T09:00:00.000Z";
const room = { id: "tea", created_at: createdAt, meta: { topic: "Tea or coffee?" }, join: "token" };
const tokens = { token: "room_…", view_token: "view_…", join_token: "join_…" };
const info = { ...room, seq: 5, agents: 1, actions: 1, views: 1, messages: 0 };

const stats = {
  storage_bytes: 94_208,
  log: { events: 5, earliest: 1, estimated_bytes: 4_210 },
  state: { entries: 9, chars: 1_204, scopes: [{ scope: "_actions", entries: 1, chars: 402 }] },
  messages: 0,
  agents: 1,
  actions: 1,
  views: 1,
  timers: 0,
  samples: 0,
  kept_answers: 0,
  memory: { derivations: 2, waits: 1, watchers: 1, backlog: { events: 2, bytes: 640 }, buckets: 1 },
  activity: {
    since: createdAt,
    events: 5,
    mean_event_chars: 842,
    evaluations: 4,
    invocations: 3,
    refused: { precondition_failed: 1 },
  },
  seq: 5,
};

export const ROOMS = {
  createRoom: {
    tag: "Rooms",
    description:
      "Answers three tokens: `token` is the owner's, `join_token` is for whoever is to take part, `view_token` reads " +
      "everything. None of them is told again. Where creating rooms is not open to everyone, it takes a create token.",
    bearers: ["nobody", "create"],
    body: jsonBody("CreateRoom", { id: "tea", meta: { topic: "Tea or coffee?" } }),
    answers: { 201: answer("The room and its first tokens.", "CreatedRoom", { ...room, seq: 1, ...tokens }) },
    errors: [...CREATION, ...BODY],
  },
  getRoom: {
    tag: "Rooms",
    description: "What the room is called and about, and how much there is in it.",
    bearers: ["room", "agent", "view"],
    answers: { 200: answer("The room.", "Room", info) },
    errors: ROOM,
  },
  updateRoom: {
    tag: "Rooms",
    description: "One event, whatever is changed: what is left out stays as it is. `config` writes settings.",
    bearers: ["room"],
    body: jsonBody("UpdateRoom", { config: { retention: { days: 30 } } }),
    answers: { 200: answer("The room as it is now.", "Room", { ...info, seq: 6 }) },
    errors: [...OWNER, ...BODY],
  },
  stats: {
    tag: "Rooms",
    description:
      "What the room holds, on disk and in memory, and what it did since it was loaded. Only totals and counters are " +
      "looked at: it costs the same in a room of any age.",
    bearers: ["room"],
    answers: { 200: answer("What it costs.", "RoomStats", stats) },
    errors: OWNER,
  },
  deleteRoom: {
    tag: "Rooms",
    description: "Nothing of it is left. Its id may be created again, and no token of it will be good there.",
    bearers: ["room"],
    answers: { 200: answer("It is gone.", "DeletedRoom", { deleted: true, id: "tea" }, []) },
    errors: OWNER,
  },
} as const satisfies Readonly<Record<string, Declaration>>;
