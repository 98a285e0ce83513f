import type { Declaration } from "./declaration.ts";
import { answer, jsonBody } from "./declaration.ts";
import { BODY, CREATION, OWNER, PAST, ROOM } from "./errors.ts";

const chain = "72c9964ed677a66ee84dfe375ea77943d73dcf4bf89970397d5b3fb60f141b56";
const lines =
  '{"sync":"v8","export":1,"room":{"id":"tea",…},"from":1,"to":5,…}\n{"seq":1,"kind":"room_create",…}\n…';

const migration = {
  phase: "legacy",
  counts: {
    agents: { rows: 2, entries: 0 },
    actions: { rows: 3, entries: 0 },
    views: { rows: 1, entries: 0 },
  },
  progress: { step: 0, of: 3, entries: 6, copied: 0 },
  differences: [],
  difference_count: 0,
  next: "dual",
  back: null,
  imported: null,
  aside_count: 0,
  aside: [],
  seq: 9,
};

export const MOVING = {
  export: {
    tag: "Moving",
    description:
      "The log as it is, line by line, and what it was built on; never a token. It ends with the head as of its start.",
    bearers: ["room", "view"],
    answers: {
      200: {
        description: "Lines of JSON, made as they are read.",
        content: { "application/x-ndjson": { schema: "Lines", example: lines } },
        headers: ["X-Sync-Seq"],
      },
    },
    errors: OWNER,
  },
  import: {
    tag: "Moving",
    description:
      "Into a room in which nothing has happened yet, all or nothing: an export, or a dump of the original system. " +
      "`Content-Type` says which. The room keeps its own id and tokens.",
    bearers: ["room"],
    body: {
      required: true,
      content: {
        "application/x-ndjson": { schema: "Lines", example: lines },
        "application/json": { schema: "Dump", example: { tables: { rooms: [{ id: "tea" }] } } },
      },
    },
    answers: {
      200: answer("It has landed.", "Imported", {
        imported: true,
        seq: 6,
        events: 5,
        entries: 9,
        origin: { room: "tea", seq: 5, chain },
      }),
    },
    errors: [...OWNER, ...BODY, "room_not_empty", "unsupported_media_type"],
  },
  fork: {
    tag: "Moving",
    description:
      "A new room, with tokens of its own, that begins with the state of this one as it was after an event. Agents come " +
      "with it; history stays behind.",
    bearers: ["room"],
    headers: ["X-Sync-Create-Token"],
    body: jsonBody("Fork", { id: "tea-again", at: 4 }),
    answers: {
      201: answer("The new room and its tokens.", "ForkedRoom", {
        id: "tea-again",
        created_at: "2026-11-23T09:00:07.000Z",
        meta: { topic: "Tea or coffee?" },
        join: "token",
        seq: 1,
        forked_from: { room: "tea", seq: 4 },
        token: "room_…",
        view_token: "view_…",
        join_token: "join_…",
      }),
    },
    errors: [...PAST, ...BODY, ...CREATION, "room_token_required"],
  },
  migration: {
    tag: "Moving",
    description: "How far a room of the original system has moved, and where its two sides differ.",
    bearers: ["room"],
    answers: { 200: answer("Where it stands.", "Migration", migration) },
    errors: OWNER,
  },
  migrate: {
    tag: "Moving",
    description: "One step on, or one back. Each is one event; the last cannot be taken back.",
    bearers: ["room"],
    body: jsonBody("Migrate", { to: "dual" }, true),
    answers: {
      200: answer("Where it stands now.", "Migration", {
        ...migration,
        phase: "dual",
        progress: { step: 1, of: 3, entries: 6, copied: 6 },
        next: "validated",
        back: "legacy",
        seq: 10,
      }),
    },
    errors: [...OWNER, ...BODY, ...ROOM],
  },
} as const satisfies Readonly<Record<string, Declaration>>;
