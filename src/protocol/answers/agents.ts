import { z } from "zod";
import { agentId, asOf, instant, jsonObject, scope, seq, token } from "./values.ts";

/** An agent as its record has it. */
export const agent = z.object({
  id: agentId,
  name: z.string(),
  role: z.string(),
  status: z.enum(["active", "left"]),
  grants: z.array(scope).describe("Private scopes that it may read and write beside its own."),
  joined_at: instant,
  meta: jsonObject.optional(),
});

export const joined = z.object({
  id: agentId,
  agent,
  seq,
  token: token.describe("The agent's token: keep it."),
});
export const changedAgent = z.object({ agent, seq: asOf });

/** An agent as others see it, with what it was last seen doing. */
export const presentAgent = z.object({
  name: z.string(),
  role: z.string(),
  status: z.enum(["active", "waiting", "idle", "left"]),
  waiting_on: z.string().nullish().describe("The condition that it waits for."),
  last_heartbeat: instant.nullish(),
  joined_at: instant,
  meta: jsonObject.optional(),
});
