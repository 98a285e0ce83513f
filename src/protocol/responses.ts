import type { Refusal } from "../kernel/errors.ts";
import { refusalBody, refusalStatus } from "./refusal-body.ts";

const JSON_HEADERS = { "Content-Type": "application/json; charset=utf-8" };

/** A JSON response; a body that is a stream goes out as it comes. */
export function jsonResponse(
  status: number,
  body: string | ReadableStream,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body, { status, headers: { ...JSON_HEADERS, ...headers } });
}

/** A refusal as a response [HTTP-1]. */
export function refusalResponse(refusal: Refusal, headers: Readonly<Record<string, string>> = {}): Response {
  return jsonResponse(refusalStatus(refusal), JSON.stringify(refusalBody(refusal)), headers);
}
