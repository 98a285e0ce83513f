import { z } from "zod";
import type { ErrorCode } from "../../kernel/errors.ts";
import { ERROR_STATUS } from "../../kernel/errors.ts";
import { HELP_KEYS } from "../../kernel/help-keys.ts";
import { count, instant, json, key, scope } from "./values.ts";

const fault = z.object({ path: z.string(), problem: z.string() });

export const suggestion = z
  .object({ path: z.string(), from: z.string(), to: z.string() })
  .describe("The known name that an unknown one was probably meant to be.");

/** A key that an expression read; a long value is shown by its beginning. */
export const read = z.object({
  scope,
  key,
  value: json.optional(),
  excerpt: z.string().optional(),
  chars: count.optional(),
  absent: z.literal(true).optional(),
  did_you_mean: z.string().optional(),
});

const celFault = z.object({
  code: z.enum(["invalid_cel", "cel_error", "cel_budget_exceeded"]),
  message: z.string(),
  line: count.optional(),
  column: count.optional(),
  caret: z.string().optional(),
});

/** A clause that did not hold, and what it read. */
export const unmet = z.union([
  z.object({
    clause: z.string(),
    line: count,
    column: count,
    value: json.optional(),
    excerpt: z.string().optional(),
    chars: count.optional(),
    fault: celFault.optional(),
    reads: z.array(read),
    reads_left_out: count.optional(),
  }),
  z.object({ hidden: z.literal(true) }),
]);

/** What is told in every refusal, and in a dry run that is refused. */
export const refusalFields = {
  error: z.enum(Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]]).describe("What to act on."),
  message: z.string().describe("One sentence for people."),
  hint: z.string().optional().describe("The next call that would work."),
  help: z.enum(HELP_KEYS).optional().describe("The help key that explains more."),
  retryable: z.boolean().describe("Whether the same request may succeed later without a change to it."),
};

const details = {
  faults: z.array(fault).optional().describe("Each place that is wrong, with its path."),
  path: z.string().optional().describe("Where the fault is in what was sent."),
  limit: z.string().optional().describe("The limit that was overrun, by its name."),
  line: z.number().int().optional(),
  column: z.number().int().optional(),
  caret: z.string().optional(),
  suggestion: suggestion.optional(),
  clause: z.string().optional().describe("The clause that refused."),
  expression: z.string().optional(),
  unmet: z.array(unmet).optional().describe("The clauses that did not hold."),
  unmet_left_out: count.optional(),
  reads: z.array(read).optional(),
  reads_left_out: count.optional(),
  available_at: instant.optional(),
  ticks_remaining: count.optional(),
  index: count.optional().describe("Of a batch: which invocation was refused, from 0."),
  earliest: count.optional().describe("The first seq that there still is."),
};

/** Every answer that is a no. Further details stand beside the fields that are named. */
export const refusal = z.looseObject({ ...refusalFields, ...details });
