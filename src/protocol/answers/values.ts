import { z } from "zod";
import { LIMITS } from "../../kernel/limits.ts";

export const json = z.unknown().describe("Any JSON.");
export const jsonObject = z.record(z.string(), z.unknown());

/** The number of an event in its room's log. */
export const seq = z.number().int().min(0).describe("The number of an event in the log.");
/** As of what event an answer holds. */
export const asOf = z.number().int().min(0).describe("The log's last event as of this answer.");
export const count = z.number().int().min(0);
export const instant = z.string().meta({ format: "date-time", description: "ISO 8601, UTC, milliseconds." });
export const revision = z
  .number()
  .int()
  .min(0)
  .describe("How often the entry was written since it came into being; 0 where it is absent.");
/** Of an entry that is not there the hash is empty. */
export const hash = z
  .string()
  .regex(/^(?:[0-9a-f]{16})?$/)
  .describe('First 16 hex digits of the SHA-256 of the canonical JSON; "" for an absent entry.');
export const chain = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe("SHA-256 over the chain of the event before and this event's text.");
export const scope = z.string().min(1).max(65);
export const key = z.string().min(1).max(LIMITS.keyBytes);
export const roomId = z.string().min(1).max(128);
export const agentId = z.string().min(1).max(64);
/** Null stands for the room itself. A field of the envelope that is null is left out by `compact=true`. */
export const author = agentId.nullish().describe("Null is the room itself.");
export const token = z.string().describe("A bearer token. It is told once.");
export const next = count.optional().describe("There is more: ask again with this as `after`.");

const effect = z.enum(["delete", "enable"]);
/** A timer as an operation sets it. */
export const timer = z.union([
  z.object({ effect, expires_at: instant }),
  z.object({ effect, ticks: count, tick_on: z.object({ scope, key }) }),
]);
