import { z } from "zod";
import { LIMITS } from "../kernel/limits.ts";
import { contextFields, invokeBody, invokeManyBody, json } from "./requests.ts";

/** What a client calls its frame, for the answer to repeat. */
const frameId = z.union([z.string().min(1).max(64), z.number().int()]);
export type FrameId = z.output<typeof frameId>;

/** What of a frame that is not valid tells which it was. */
export const framed = z.object({ id: frameId });

const agent = z.string().nullish();

/** Everything that a client may send on a room's socket [WATCH-1]. */
export const clientFrame = z.discriminatedUnion("type", [
  invokeBody.extend({ type: z.literal("invoke"), id: frameId, action: z.string() }),
  invokeManyBody.extend({ type: z.literal("invoke_many"), id: frameId }),
  z.object({ type: z.literal("context"), id: frameId, ...contextFields }),
  z.object({
    type: z.literal("wait"),
    id: frameId,
    ...contextFields,
    condition: z.string().min(1),
    /** ms; without it the wait lasts until it holds or the socket closes. */
    timeout: z.number().int().min(0).max(LIMITS.socketWaitMaxMs).optional(),
  }),
  z.object({ type: z.literal("subscribe"), id: frameId, expr: z.string().min(1), agent }),
  /** Ends the wait or the subscription that the frame `target` began. */
  z.object({ type: z.literal("cancel"), id: frameId, target: frameId }),
  z.object({ type: z.literal("ack"), id: frameId.optional(), seq: z.number().int().min(0) }),
  z.object({ type: z.literal("ping"), id: frameId.optional() }),
]);
export type ClientFrame = z.output<typeof clientFrame>;

const seq = z.number().int().min(0);
const write = z.union([
  z.object({ scope: z.string(), hidden: z.literal(true) }),
  z.object({ op: z.string(), scope: z.string(), key: z.string(), revision: z.number(), hash: z.string() }),
]);

/** Everything that the room sends on a socket; fields of answers stand beside those named here. */
export const serverFrame = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hello"), room: z.string(), self: z.string(), seq }),
  z.object({
    type: z.literal("event"),
    seq,
    kind: z.string(),
    ts: z.iso.datetime(),
    agent: z.string().nullable(),
    ok: z.boolean(),
    action: z.string().optional(),
    writes: z.array(write),
  }),
  /** A public value as it is now; one that is not shown any more is `absent`. */
  z.object({
    type: z.literal("view"),
    id: z.string(),
    value: json.optional(),
    absent: z.literal(true).optional(),
    seq,
  }),
  z.object({
    type: z.literal("presence"),
    agent: z.string(),
    status: z.enum(["active", "waiting", "idle", "left"]),
    waiting_on: z.string().nullable(),
    seq,
  }),
  /** The value of a subscription, by the id of the frame that began it. */
  z.object({ type: z.literal("value"), id: frameId, value: json, seq }),
  z.looseObject({ type: z.literal("result"), id: frameId.optional() }),
  z.looseObject({
    type: z.literal("error"),
    id: frameId.optional(),
    error: z.string(),
    message: z.string(),
    hint: z.string().optional(),
    retryable: z.boolean(),
  }),
]);
export type ServerFrame = z.output<typeof serverFrame>;

/** Why the room closes a socket, as the code of its close frame (RFC 6455, 7.4). */
export const CLOSE_CODES = Object.freeze({
  /** A wait that the Worker holds was answered. */
  answered: 1000,
  /** Three frames in a row were no frames. */
  policy: 1008,
  /** The token is not good any more [AUTH-11]. */
  token: 4401,
  /** The events that it was to be sent next have been forgotten. */
  compacted: 4410,
  /** The room is being imported into: its log will be another. */
  imported: 4409,
  /** The watcher does not keep up: it may resume from its last seq [WATCH-5]. */
  slow: 4408,
});
