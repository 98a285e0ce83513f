import { z } from "zod";
import type { Refusal } from "../kernel/errors.ts";
import { refuse } from "../kernel/errors.ts";
import type { Json, JsonObject } from "../kernel/json.ts";
import { isJsonObject } from "../kernel/json.ts";
import { nearest } from "../kernel/nearest.ts";
import type { Answer, Session } from "./session.ts";
import { refusedAnswer } from "./session.ts";
import type { ToolName } from "./tool-names.ts";

/** What a host may tell its user of a tool before it is called. Of one that only reads the protocol asks no more. */
export type Annotations =
  | { readonly readOnlyHint: true; readonly openWorldHint: boolean }
  | {
      readonly readOnlyHint: false;
      readonly destructiveHint: boolean;
      readonly idempotentHint: boolean;
      readonly openWorldHint: boolean;
    };

/** A tool that leaves the room as it was. */
export const READS: Annotations = { readOnlyHint: true, openWorldHint: false };

interface Definition<Input extends z.ZodRawShape> {
  readonly name: ToolName;
  readonly title: string;
  /** For the model that is to call it. */
  readonly description: string;
  readonly annotations: Annotations;
  readonly input: Input;
  /** The fields of its answer by their JSON types; others may stand beside them. */
  readonly output: Readonly<Record<string, JsonType>>;
  run(args: z.output<z.ZodObject<Input>>, session: Session): Promise<Answer>;
}

type JsonType = "string" | "number" | "boolean" | "object" | "array" | "any";

/** A tool as it is listed and called. */
export interface Tool {
  readonly name: ToolName;
  readonly title: string;
  readonly description: string;
  readonly annotations: Annotations;
  readonly inputSchema: JsonObject;
  readonly outputSchema: JsonObject;
  /** Runs it for the holder of the token that the arguments bring, or else of the request's own. */
  call(args: JsonObject, sessionOf: (token: string | undefined) => Session): Promise<Answer>;
}

/** Every tool takes a token, which is its caller's in place of the request's [MCP-3]. */
const credential = { token: z.string().optional() };

/** Fields of an answer, and those of a refusal, which has none of the others. */
const REFUSAL = { error: "string", next: "object" } as const;

export function tool<Input extends z.ZodRawShape>(definition: Definition<Input>): Tool {
  const { input, output, run, ...told } = definition;
  const schema = z.strictObject({ ...input, ...credential });
  const fields: Readonly<Record<string, JsonType>> = { ...output, ...REFUSAL };
  const properties = Object.entries(fields).map(([name, type]) => [name, type === "any" ? {} : { type }]);
  return {
    ...told,
    inputSchema: listed(z.toJSONSchema(schema, { io: "input" })) as JsonObject,
    outputSchema: { type: "object", properties: Object.fromEntries(properties) },
    async call(args, sessionOf) {
      const parsed = schema.safeParse(args);
      if (!parsed.success)
        return refusedAnswer(argumentFault(told.name, parsed.error, Object.keys(schema.shape)));
      const { token, ...own } = parsed.data as { token?: string };
      return await run(own as z.output<z.ZodObject<Input>>, sessionOf(token));
    },
  };
}

/** Keywords of a generated schema that tell a model nothing, and that it would have to read all the same. */
const SILENT: ReadonlySet<string> = new Set(["$schema", "propertyNames"]);

function listed(schema: unknown): Json {
  if (Array.isArray(schema)) return schema.map(listed);
  if (typeof schema !== "object" || schema === null) return schema as Json;
  const kept = Object.entries(schema).filter(
    ([name, value]) =>
      !SILENT.has(name) &&
      !(name === "additionalProperties" && isJsonObject(value)) &&
      Math.abs(Number(value)) !== Number.MAX_SAFE_INTEGER,
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, listed(value)]));
}

/** Arguments that do not fit, all of them, with the name that was meant where one is close. */
function argumentFault(name: ToolName, { issues }: z.ZodError, known: readonly string[]): Refusal {
  const faults = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({ path: key, problem: "is no argument of this tool" }))
      : [{ path: issue.path.join("."), problem: issue.message }],
  );
  const [first] = faults;
  const asked = faults.flatMap(({ path }) => {
    const meant = known.includes(path) ? undefined : nearest(path, known);
    return meant === undefined ? [] : [`Pass ${meant} in place of ${path}. `];
  });
  return refuse("invalid_request", `${first?.path || "The arguments"}: ${first?.problem ?? "do not fit"}.`, {
    hint: `${asked.join("")}The arguments of ${name} are ${known.join(", ")}.`,
    details: { faults },
  }).refusal;
}
