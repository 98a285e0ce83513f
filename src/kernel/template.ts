import type { Refusal, Result } from "./errors.ts";
import { refuse, succeed } from "./errors.ts";
import type { Json, JsonObject } from "./json.ts";
import { isJsonObject, jsonObject, own } from "./json.ts";

/** What the placeholders of one invocation stand for [ACT-6]. */
export interface Bindings {
  /** The invoking agent, or null for a caller that is no agent. */
  readonly self: string | null;
  /** The instant of the invocation, ISO 8601 [ACT-7]. */
  readonly now: string;
  readonly params: JsonObject;
}

const PLACEHOLDER = /\$\{(self|now|params\.[^{}]+)\}/g;
const WHOLE_PLACEHOLDER = /^\$\{(self|now|params\.[^{}]+)\}$/;

/** Whether a template is one placeholder and nothing else, and so keeps the type of what it stands for. */
export function isPlaceholder(template: Json): template is string {
  return typeof template === "string" && WHOLE_PLACEHOLDER.test(template);
}

/** What a placeholder stands for, or undefined where the parameter is missing or the caller is no agent. */
function resolve(reference: string, bindings: Bindings): Json | undefined {
  if (reference === "self") return bindings.self ?? undefined;
  if (reference === "now") return bindings.now;
  let value: Json | undefined = bindings.params;
  for (const segment of reference.slice("params.".length).split(".")) value = member(value, segment);
  return value;
}

function member(value: Json | undefined, segment: string): Json | undefined {
  if (Array.isArray(value)) return /^(?:0|[1-9][0-9]*)$/.test(segment) ? value[Number(segment)] : undefined;
  return isJsonObject(value) ? own(value, segment) : undefined;
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The JSON that a template string stands for: one placeholder alone keeps its type, missing is undefined. */
function fillWhole(template: string, bindings: Bindings): Json | undefined {
  const whole = WHOLE_PLACEHOLDER.exec(template)?.[1];
  return whole === undefined ? fillText(template, bindings) : resolve(whole, bindings);
}

/** Substitutes inside a text; what is missing or null becomes empty. A substituted text is never expanded again. */
function fillText(template: string, bindings: Bindings): string {
  return template.replaceAll(PLACEHOLDER, (_, reference: string) => {
    const value = resolve(reference, bindings);
    return value === undefined || value === null ? "" : textOf(value);
  });
}

/** A scope, key or hash: every placeholder must resolve, because an empty part would name another place. */
export function fillName(template: string, bindings: Bindings, place: string): Result<string> {
  let missing: string | undefined;
  const text = template.replaceAll(PLACEHOLDER, (placeholder, reference: string) => {
    const value = resolve(reference, bindings);
    if (value !== undefined && value !== null) return textOf(value);
    missing ??= placeholder;
    return "";
  });
  return missing === undefined ? succeed(text) : missingParam(missing, place);
}

function missingParam(placeholder: string, place: string): { ok: false; refusal: Refusal } {
  const why = placeholder === "${self}" ? "the caller is no agent" : "the invocation does not supply it";
  return refuse("missing_param", `The ${place} needs ${placeholder}, and ${why}.`, {
    hint: placeholder === "${self}" ? "Invoke with an agent's token." : `Pass ${placeholder.slice(2, -1)}.`,
    details: { placeholder },
  });
}

/** What a template's missing whole-value parameter becomes: null, or, in a merge patch, nothing at all [ACT-5]. */
export type WhenMissing = "null" | "omit";

/** Substitutes throughout a JSON template, object keys included. */
export function fillValue(template: Json, bindings: Bindings, whenMissing: WhenMissing): Result<Json> {
  if (typeof template === "string") return succeed(fillWhole(template, bindings) ?? null);
  if (Array.isArray(template)) return fillArray(template, bindings, whenMissing);
  if (isJsonObject(template)) return fillObject(template, bindings, whenMissing);
  return succeed(template);
}

function fillArray(template: readonly Json[], bindings: Bindings, whenMissing: WhenMissing): Result<Json> {
  const filled: Json[] = [];
  for (const item of template) {
    const result = fillValue(item, bindings, whenMissing);
    if (!result.ok) return result;
    filled.push(result.value);
  }
  return succeed(filled);
}

export function fillObject(
  template: JsonObject,
  bindings: Bindings,
  whenMissing: WhenMissing,
): Result<JsonObject> {
  const filled = jsonObject();
  for (const [name, item] of Object.entries(template)) {
    const key = fillName(name, bindings, "object key");
    if (!key.ok) return key;
    if (whenMissing === "omit" && typeof item === "string" && fillWhole(item, bindings) === undefined)
      continue;
    const value = fillValue(item, bindings, whenMissing);
    if (!value.ok) return value;
    filled[key.value] = value.value;
  }
  return succeed(filled);
}
