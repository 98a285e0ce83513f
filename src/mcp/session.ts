import type { Refusal } from "../kernel/errors.ts";
import { refuse } from "../kernel/errors.ts";
import type { JsonObject } from "../kernel/json.ts";
import { isJsonObject } from "../kernel/json.ts";
import { refusalBody, refusalStatus } from "../protocol/refusal-body.ts";
import type { TokenNames } from "./token-names.ts";
import { tokenNames } from "./token-names.ts";

/** The HTTP API of this very server, called without a network in between. */
export type Api = (request: Request) => Promise<Response>;

/** One call of the API. */
export interface ApiCall {
  readonly method: "GET" | "POST";
  /** Its parts, not yet encoded. */
  readonly path: readonly string[];
  /** What is undefined is left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** What is undefined in it is left out, as JSON has it. */
  readonly body?: object;
}

/** What the API answered, or why it was not called. */
export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
}

/**
 * The API as the holder of one token calls it. Tools act through it alone: what a token may, how much, and what it sees
 * is decided where it is for every other caller [MCP-3].
 */
export class Session {
  /** What the caller's token says of itself, or null. */
  readonly names: TokenNames | null;
  readonly #api: Api;
  readonly #origin: string;
  readonly #token: string | null;
  readonly #signal: AbortSignal | undefined;

  /** `origin` is the server's own; `signal` tells that the caller has hung up. */
  constructor(api: Api, origin: string, token: string | null, signal?: AbortSignal) {
    this.#api = api;
    this.#origin = origin;
    this.#token = token;
    this.#signal = signal;
    this.names = token === null ? null : tokenNames(token);
  }

  get hasToken(): boolean {
    return this.#token !== null;
  }

  /** Whether the token is of a kind that reads or acts in a room: one that only joins, or none, does neither. */
  get mayAct(): boolean {
    return this.names !== null && this.names.kind !== "join";
  }

  /** Calls below the room that the token names. */
  async inRoom(call: ApiCall): Promise<Answer> {
    if (this.names === null) return refusedAnswer(this.hasToken ? roomless() : tokenless());
    return await this.send({ ...call, path: ["rooms", this.names.room, ...call.path] });
  }

  /** Calls whatever the path says. A text is answered as `content`. */
  async send(call: ApiCall): Promise<Answer> {
    // A URL drops such parts, or those before them: what is left would be another call.
    const nameless = call.path.find((part) => part === "" || part === "." || part === "..");
    if (nameless !== undefined) return refusedAnswer(unnamed(nameless));
    try {
      const response = await this.open(call, {});
      const text = await response.text();
      const isPage = response.headers.get("Content-Type")?.startsWith("text/markdown") ?? false;
      const body: unknown = isPage ? { content: text } : JSON.parse(text);
      if (!isJsonObject(body)) throw new Error("the answer is no object");
      const replayed = response.headers.has("Idempotency-Replayed") ? { replayed: true } : {};
      const pause = Number(response.headers.get("Retry-After") ?? 0);
      const retry = pause > 0 ? { retry_after_seconds: pause } : {};
      return { status: response.status, body: { ...body, ...replayed, ...retry } };
    } catch (thrown) {
      console.error("mcp: no answer", thrown instanceof Error ? thrown.message : thrown);
      return refusedAnswer(interrupted());
    }
  }

  /** The API's response itself, which may be a stream. */
  async open(call: ApiCall, headers: Readonly<Record<string, string>>): Promise<Response> {
    const url = new URL(`/${call.path.map(encoded).join("/")}`, this.#origin);
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    const bearer = this.#token === null ? {} : { Authorization: `Bearer ${this.#token}` };
    const init: RequestInit = { method: call.method, headers: { ...headers, ...bearer } };
    if (call.body !== undefined) init.body = JSON.stringify(call.body);
    if (this.#signal) init.signal = this.#signal;
    return await this.#api(new Request(url, init));
  }
}

/** A part of a path; what is no text of whole characters is no name either, and is found nowhere. */
function encoded(part: string): string {
  return encodeURIComponent(part.toWellFormed());
}

/** A refusal of the endpoint's own, in the form of those of the API. */
export function refusedAnswer(refusal: Refusal): Answer {
  return { status: refusalStatus(refusal), body: refusalBody(refusal) as JsonObject };
}

function tokenless(): Refusal {
  return refuse("authentication_required", "This call needs a token, which names room and agent.", {
    hint: "Call join with the room's join token as token, or with room where the room is open; pass the token that it answers as token with every call.",
  }).refusal;
}

function roomless(): Refusal {
  return refuse("invalid_token", "The token names no room.", {
    hint: "Pass the token that join or create_room answered. A bearer string of the original system is exchanged for one by the room's owner.",
  }).refusal;
}

function unnamed(part: string): Refusal {
  return refuse("invalid_request", `${JSON.stringify(part)} is no name.`, {
    hint: "context lists the names that there are.",
  }).refusal;
}

function interrupted(): Refusal {
  return refuse("overloaded", "The room could not answer just now.", {
    hint: "Repeat the call; with the same idempotency_key an invocation is done once.",
  }).refusal;
}
