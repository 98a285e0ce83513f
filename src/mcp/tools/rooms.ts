import { z } from "zod";
import { tool } from "../tool.ts";

const anyObject = z.record(z.string(), z.unknown());

/** What an agent does first: have a room, and be somebody in it. */
export const createRoom = tool({
  name: "create_room",
  title: "Create a room",
  description:
    "Make a room for agents to share. Returns token (the owner's), join_token (for each agent that shall join) and view_token. Then join. template: task-queue, vote, turn-game, review, lock or blackboard begins with ready actions.",
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  input: {
    id: z.string().optional(),
    template: z.string().optional(),
    join: z.enum(["token", "open"]).optional(),
    meta: anyObject.optional(),
  },
  output: { id: "string", token: "string", join_token: "string", view_token: "string" },
  async run({ id, template, join, meta }, session) {
    const answer = await session.send({
      method: "POST",
      path: ["rooms"],
      body: { id, template, join, meta },
    });
    if (answer.status >= 400) return answer;
    const advice =
      "Call join with join_token as token. Who is to take part gets join_token; who is to look on, view_token; token is the owner's.";
    return { ...answer, body: { ...answer.body, advice } };
  },
});

export const join = tool({
  name: "join",
  title: "Join a room",
  description:
    "Become an agent of a room under an id of your choice. token: the room's join token; an open room needs room in its place. Returns your own token: pass it as token with every later call. state: your private entries; public_keys: those of them that all may read, as views.",
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  input: {
    id: z.string(),
    room: z.string().optional(),
    name: z.string().optional(),
    role: z.string().optional(),
    meta: anyObject.optional(),
    state: anyObject.optional(),
    public_keys: z.array(z.string()).optional(),
  },
  output: { token: "string" },
  async run({ room, ...agent }, session) {
    const call = { method: "POST", path: ["agents"], body: agent } as const;
    const answer =
      room === undefined
        ? await session.inRoom(call)
        : await session.send({ ...call, path: ["rooms", room, ...call.path] });
    if (answer.status >= 400) return answer;
    const advice =
      "Keep token: it is you. Pass it as token with every call, or have it sent as Authorization: Bearer. Then call context.";
    return { ...answer, body: { ...answer.body, advice } };
  },
});
