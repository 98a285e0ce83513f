import type { z } from "zod";
import type { Result } from "../kernel/errors.ts";
import { refuse, succeed } from "../kernel/errors.ts";
import { jsonFault } from "../kernel/json.ts";
import { LIMITS } from "../kernel/limits.ts";

/**
 * The value of a body, or of what `whole` names, by its schema: JSON that a room can keep exactly, `{}` where it is
 * empty [HTTP-3].
 */
export function parseText<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  whole: "body" | "frame" = "body",
): Result<z.output<Schema>> {
  let value: unknown;
  try {
    value = text.trim() === "" ? {} : parseJson(text);
  } catch {
    const hint = whole === "body" ? "Send a JSON object, or nothing for {}." : "Send a JSON object.";
    return refuse("invalid_json", `The ${whole} is no JSON.`, { hint });
  }
  const fault = jsonFault(value, LIMITS.requestDepth);
  if (fault) {
    const path = fault.path.join(".");
    return refuse(
      "invalid_request",
      `The ${whole} holds what a room cannot keep exactly: ${fault.problem} at ${path || "its root"}.`,
      { hint: MEND, details: { faults: [{ path, problem: fault.problem }] } },
    );
  }
  return parseBy(schema, value, whole);
}

/** Holds at every door, whose names for what is sent differ. */
const MEND = "Change what faults names, and send it again.";

/** JSON as a room keeps it. Negative zero is written back as `0`: it is read as that, so that memory holds what the tables do. */
export function parseJson(text: string): unknown {
  if (!text.includes("-0")) return JSON.parse(text);
  return JSON.parse(text, (_, value) => (Object.is(value, -0) ? 0 : value));
}

/** A value by its schema, or every place where it does not fit. */
export function parseBy<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  whole = "body",
): Result<z.output<Schema>> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return succeed(parsed.data);
  const faults = parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), problem: message }));
  const first = faults[0];
  return refuse("invalid_request", `${first?.path || `The ${whole}`}: ${first?.problem ?? "is not valid"}.`, {
    hint: MEND,
    details: { faults },
  });
}
