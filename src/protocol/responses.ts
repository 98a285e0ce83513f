import type { Refusal } from "../kernel/errors.ts";
import { refusalBody, refusalStatus } from "./refusal-body.ts";

/** The wire's version, in every answer. */
export const VERSION = "v8";

/** Headers that a browser of another origin may read [HTTP-4]. */
export const EXPOSED_HEADERS = [
  "X-Sync-Version",
  "X-Sync-Seq",
  "Idempotency-Replayed",
  "Retry-After",
  "Server-Timing",
];

/** What a room answers is its caller's alone: no cache on the way keeps it, and no browser takes it for a page [HTTP-6]. */
export const PRIVATE_HEADERS = { "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store" };

/** What every answer carries, given with it: a middleware that adds a header later makes the response anew. */
const JSON_HEADERS = {
  "Content-Type": "application/json; charset=utf-8",
  ...PRIVATE_HEADERS,
  "X-Sync-Version": VERSION,
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers": EXPOSED_HEADERS.join(","),
};

/** What each 401 says of how to authenticate (RFC 9110, 11.6.1). */
const CHALLENGE = { "WWW-Authenticate": "Bearer" };

/** A JSON response; a body that is a stream goes out as it comes. */
export function jsonResponse(
  status: number,
  body: string | ReadableStream,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const challenge = status === 401 ? CHALLENGE : {};
  return new Response(body, { status, headers: { ...JSON_HEADERS, ...challenge, ...headers } });
}

/** A text that is the same for everyone and changes with the server's version only. */
export function textResponse(type: "text/plain" | "text/markdown", body: string): Response {
  const headers = { "Content-Type": `${type}; charset=utf-8`, "Cache-Control": "public, max-age=300" };
  return new Response(body, { headers: { ...JSON_HEADERS, ...headers } });
}

/** A page for people that loads and runs nothing: `style` is the SHA-256, in Base64, of the one style that applies. */
export function pageResponse(body: string, style: string): Response {
  const headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "public, max-age=300",
    "X-Sync-Version": VERSION,
    "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
  };
  return new Response(body, { headers });
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
