import type { z } from "zod";
import type { RouteContext } from "../auth/route-env.ts";
import type { Result } from "../kernel/errors.ts";
import { refuse, succeed } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";
import { parseBy, parseText } from "../protocol/parsing.ts";

/** Whether the caller wants fields that are null left out of the envelope. */
export function isCompact(c: RouteContext): boolean {
  return c.req.query("compact") === "true";
}

/** The request's body by its schema: JSON whatever its type says, and `{}` where it is empty [HTTP-3]. */
export async function readBody<Schema extends z.ZodType>(
  c: RouteContext,
  schema: Schema,
): Promise<Result<z.output<Schema>>> {
  const text = await readText(c.req.raw);
  if (!text.ok) return text;
  c.set("bodyChars", text.value.length);
  return parseText(text.value, schema);
}

/** The request's query by its schema. */
export function readQuery<Schema extends z.ZodType>(
  c: RouteContext,
  schema: Schema,
): Result<z.output<Schema>> {
  return parseBy(schema, c.req.query());
}

/**
 * The body as text, refused as soon as it is longer than a body may be. One of an announced length is read in one go,
 * for the platform lets nobody send more than was announced; its stream, which is dear to make, is not touched.
 */
async function readText(request: Request): Promise<Result<string>> {
  const announced = Number(request.headers.get("Content-Length") ?? Number.NaN);
  if (announced > LIMITS.requestBodyBytes) return tooLarge();
  try {
    if (Number.isNaN(announced)) return request.body ? await readStream(request.body) : succeed("");
    return succeed(wholeText.decode(await request.arrayBuffer()));
  } catch {
    return refuse("invalid_json", "The body could not be read as UTF-8.", { hint: "Send JSON as UTF-8." });
  }
}

const STRICT = { fatal: true, ignoreBOM: false };
const wholeText = new TextDecoder("utf-8", STRICT);

async function readStream(body: ReadableStream<Uint8Array>): Promise<Result<string>> {
  const decoder = new TextDecoder("utf-8", STRICT);
  const reader = body.getReader();
  let text = "";
  let bytes = 0;
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    bytes += chunk.value.byteLength;
    if (bytes > LIMITS.requestBodyBytes) {
      await reader.cancel();
      return tooLarge();
    }
    text += decoder.decode(chunk.value, { stream: true });
  }
  return succeed(text + decoder.decode());
}

function tooLarge() {
  return refuse("too_large", `A request has at most ${LIMITS.requestBodyBytes} bytes.`, {
    hint: "Send less at once.",
    details: { limit: "requestBodyBytes" },
  });
}
