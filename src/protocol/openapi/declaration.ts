import type { ErrorCode } from "../../kernel/errors.ts";
import type { Json } from "../../kernel/json.ts";
import type { SchemaName } from "./schemas.ts";

export const TAGS = {
  Rooms: "Making a room, setting it, and its end.",
  Agents: "Taking part.",
  Acting: "There is no set-state call: an agent declares a write as an action, and invokes it.",
  Reading: "What a room is now, as its reader may see it.",
  Waiting: "Being told, in place of asking again.",
  History: "What happened. The log has everything.",
  Moving: "Whole rooms: out, in, and from one into another.",
  Tokens: "Who may call.",
  Server: "What needs no token.",
} as const;
export type Tag = keyof typeof TAGS;

/** Who may make a call: the kinds of tokens, `create` for one that creates rooms, or nobody in particular. */
export type Bearer = "room" | "agent" | "view" | "join" | "create" | "nobody";

/** A parameter of the query or a header, by its JSON Schema. */
export interface Parameter {
  readonly description: string;
  readonly schema: Readonly<Record<string, Json>>;
  readonly required?: true;
  readonly example?: Json;
}

export type Parameters = Readonly<Record<string, Parameter>>;

/** A body of a request, or of an answer, of one media type. */
export interface Content {
  readonly schema: SchemaName;
  /** One that works; a text where the media type is not JSON. */
  readonly example: Json;
}

export interface Answered {
  readonly description: string;
  /** JSON, where nothing else is said. */
  readonly content: Readonly<Record<string, Content>>;
  readonly headers?: readonly AnswerHeader[];
  /** Headers that stand where they can be known in time. */
  readonly optionalHeaders?: readonly AnswerHeader[];
}

export type RequestHeader = "Idempotency-Key" | "Last-Event-ID" | "X-Sync-Create-Token";
export type AnswerHeader = "X-Sync-Seq" | "Idempotency-Replayed";

/** All that there is to say of one call, besides its name, method, path and summary. */
export interface Declaration {
  readonly tag: Tag;
  readonly description: string;
  readonly bearers: readonly Bearer[];
  readonly query?: Parameters;
  readonly headers?: readonly RequestHeader[];
  readonly body?: { readonly required?: true; readonly content: Readonly<Record<string, Content>> };
  readonly answers: Readonly<Record<number, Answered>>;
  /** What it may refuse with, besides what any call of its kind may. */
  readonly errors: readonly ErrorCode[];
}

/** An answer in JSON. */
export function answer(
  description: string,
  schema: SchemaName,
  example: Json,
  headers: readonly AnswerHeader[] = ["X-Sync-Seq"],
): Answered {
  return { description, content: { "application/json": { schema, example } }, headers };
}

/** A body in JSON. */
export function jsonBody(
  schema: SchemaName,
  example: Json,
  required?: true,
): NonNullable<Declaration["body"]> {
  return { ...(required ? { required } : {}), content: { "application/json": { schema, example } } };
}
