import type { ValidationResult } from "@cfworker/json-schema";
import { format, Validator } from "@cfworker/json-schema";
import { Fault } from "../cel/errors.ts";
import { Meter, Overrun } from "../cel/meter.ts";
import type { Pattern } from "../cel/patterns.ts";
import { patternOf } from "../cel/patterns.ts";
import { Run } from "../cel/run.ts";
import type { Json, JsonObject } from "../kernel/json.ts";
import { isJsonObject, jsonObject } from "../kernel/json.ts";
import { LIMITS } from "../kernel/limits.ts";
import { PATTERN_FORMAT, paramSchema, paramSchemaFault } from "../kernel/param-schema.ts";
import type { ParamFault } from "../kernel/ports.ts";

/** A validator of one action's parameters, ready to run. */
interface Prepared {
  readonly validator: Validator;
  /** Its regular expressions, by the name of the format that stands for each. */
  readonly patterns: ReadonlyMap<string, Pattern>;
  readonly size: number;
}

const prepared = new WeakMap<JsonObject, Prepared>();

/** The schema may be applied to every part of a value, so their sizes multiply; this product takes some 50 ms. */
const MOST_CHECKS = 2_000_000;
const CHECKS_PER_STEP = 20;
/** Pairs of a character and an instruction of a pattern in a step. */
const PAIRS_PER_STEP = 8;

/**
 * Why declared parameters are no schema that this room accepts, or null [ACT-1]. Compiling its patterns is charged to
 * `account`, as it is to an expression that matches by them.
 */
export function schemaFault(declared: JsonObject, account?: Meter): ParamFault | null {
  const meter = new Meter(LIMITS.requestSteps, account);
  const fault = paramSchemaFault(declared, (pattern) => compilePattern(pattern, meter) !== undefined);
  if (fault) return fault;
  try {
    prepare(declared, paramSchema(declared));
    return null;
  } catch {
    return { path: "params", problem: "cannot be used as a JSON Schema" };
  }
}

/** Why `params` violate what an action declares, or null. What telling it takes is charged to `account`. */
export function paramFault(declared: JsonObject, params: JsonObject, account: Meter): ParamFault | null {
  const { validator, patterns, size } = prepared.get(declared) ?? prepare(declared, knownSchema(declared));
  const checks = size * sizeOf(params);
  if (checks > MOST_CHECKS) return TOO_LARGE;
  try {
    account.charge(Math.floor(checks / CHECKS_PER_STEP));
    return violation(withFormats(patterns, account, () => validator.validate(params)));
  } catch (thrown) {
    if (thrown instanceof Overrun) return TOO_LARGE;
    throw thrown;
  }
}

const TOO_LARGE: ParamFault = {
  path: "params",
  problem: "are too large to be checked against the action's schema",
};

function violation(result: ValidationResult): ParamFault | null {
  if (result.valid) return null;
  const deepest = result.errors.at(-1);
  const missing = /required property "(.*)"\.$/s.exec(deepest?.error ?? "")?.[1];
  const steps = (deepest?.instanceLocation ?? "#").split("/").slice(1);
  const path = ["params", ...steps, ...(missing === undefined ? [] : [missing])].join(".");
  return { path, problem: problemOf(deepest?.keyword ?? "", deepest?.error ?? "") };
}

function problemOf(keyword: string, error: string): string {
  if (keyword === "format") return "does not match its pattern";
  if (keyword === "required") return "is required";
  if (keyword === "false") return "is not allowed here";
  const sentence = error.replace(/\.$/, "");
  return `is not valid: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}

/** What an action of the original system declares may be no schema: it says something then, and checks nothing. */
function knownSchema(declared: JsonObject): JsonObject {
  return schemaFault(declared) === null ? paramSchema(declared) : jsonObject();
}

function prepare(declared: JsonObject, schema: JsonObject): Prepared {
  const patterns = new Map<string, Pattern>();
  const meter = new Meter(LIMITS.requestSteps);
  for (const pattern of patternsOf(schema)) {
    const compiled = compilePattern(pattern, meter);
    if (compiled) patterns.set(PATTERN_FORMAT + pattern, compiled);
  }
  const made = { validator: new Validator(schema, "2020-12"), patterns, size: sizeOf(schema) };
  prepared.set(declared, made);
  return made;
}

/** Every regular expression in a schema, and perhaps a text that only looks like one. */
function patternsOf(schema: Json): string[] {
  if (typeof schema === "string" && schema.startsWith(PATTERN_FORMAT))
    return [schema.slice(PATTERN_FORMAT.length)];
  if (Array.isArray(schema)) return schema.flatMap(patternsOf);
  return isJsonObject(schema) ? Object.values(schema).flatMap(patternsOf) : [];
}

function compilePattern(pattern: string, meter: Meter): Pattern | undefined {
  try {
    return patternOf(new Run(() => null, meter), pattern);
  } catch (thrown) {
    if (thrown instanceof Fault || thrown instanceof Overrun) return undefined;
    throw thrown;
  }
}

/** Runs `work` with formats that are known only meanwhile: the validator's table of formats is global. */
function withFormats<T>(patterns: ReadonlyMap<string, Pattern>, account: Meter, work: () => T): T {
  for (const [name, { program, instructions }] of patterns) {
    format[name] = (text) => {
      account.charge(Math.floor((text.length * instructions) / PAIRS_PER_STEP));
      return program.matcher(text).find();
    };
  }
  try {
    return work();
  } finally {
    for (const name of patterns.keys()) delete format[name];
  }
}

/** The number of values in a JSON value. */
function sizeOf(value: Json): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + sizeOf(item), 1);
  return isJsonObject(value) ? Object.values(value).reduce<number>((sum, item) => sum + sizeOf(item), 1) : 1;
}
