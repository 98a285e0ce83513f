import type { Refusal } from "../kernel/errors.ts";
import { refusalBody, refusalStatus } from "./refusal-body.ts";

/** The wire's version, in every answer. */
export const VERSION = "v8";

/** Headers that a browser of another origin may read [HTTP-4]. */
export const EXPOSED_HEADERS = ["X-Sync-Version", "X-Sync-Seq", "Idempotency-Replayed", "Retry-After"];

/** What every answer carries, given with it: a middleware that adds a header later makes the response anew. */
const JSON_HEADERS = {
  "Content-Type": "application/json; charset=utf-8",
  "X-Sync-Version": VERSION,
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers": EXPOSED_HEADERS.join(","),
};

/** A JSON response; a body that is a stream goes out as it comes. */
export function jsonResponse(
  status: number,
  body: string | ReadableStream,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body, { status, headers: { ...JSON_HEADERS, ...headers } });
}

/** A text that is the same for everyone and changes with the server's version only. */
export function textResponse(type: "text/plain" | "text/markdown", body: string): Response {
  const headers = { "Content-Type": `${type}; charset=utf-8`, "Cache-Control": "public, max-age=300" };
  return new Response(body, { headers: { ...JSON_HEADERS, ...headers } });
}

/** A stream of Server-Sent Events that nobody on the way keeps or changes. */
export function eventStreamResponse(body: ReadableStream): Response {
  const headers = {
    ...JSON_HEADERS,
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store, no-transform",
  };
  return new Response(body, { headers });
}

/** A stream of lines of JSON (NDJSON), which goes out as it is read. */
export function linesResponse(body: ReadableStream, headers: Readonly<Record<string, string>>): Response {
  const type = { "Content-Type": "application/x-ndjson", "Cache-Control": "no-store, no-transform" };
  return new Response(body, { headers: { ...JSON_HEADERS, ...headers, ...type } });
}

/** A refusal as a response [HTTP-1]. */
export function refusalResponse(refusal: Refusal, headers: Readonly<Record<string, string>> = {}): Response {
  return jsonResponse(refusalStatus(refusal), JSON.stringify(refusalBody(refusal)), headers);
}
