import type { Json } from "../../client/main.ts";
import { isJsonObject } from "../live/json-object.ts";

type Schema = Readonly<Record<string, Json>>;

/** How a parameter is asked for. */
export type Input = "text" | "number" | "choice" | "switch" | "json" | "anything";

/** One parameter of an action, as a form asks for it. */
export interface Field {
  readonly name: string;
  readonly input: Input;
  readonly isRequired: boolean;
  /** What it may be, of a choice. */
  readonly options: readonly Json[];
  readonly label: string;
  readonly description: string;
  /** A text that stands in the field at first. */
  readonly initial: string;
  readonly hint: string;
}

/** The parameters that an action declares: a schema each, or one whole JSON Schema of type object [ACT-1]. */
export function fieldsOf(declared: Schema | undefined): Field[] {
  if (declared === undefined) return [];
  const isWhole = declared.type === "object";
  const properties = isWhole ? schemaOf(declared.properties) : declared;
  const required = isWhole && Array.isArray(declared.required) ? declared.required : [];
  return Object.entries(properties).map(([name, each]) => {
    const schema = schemaOf(each);
    return fieldOf(name, schema, schema.required === true || required.includes(name));
  });
}

function fieldOf(name: string, schema: Schema, isRequired: boolean): Field {
  const input = inputOf(schema);
  return {
    name,
    input,
    isRequired,
    options: optionsOf(schema),
    label: typeof schema.title === "string" ? schema.title : name,
    description: typeof schema.description === "string" ? schema.description : "",
    initial: schema.default === undefined ? "" : textOf(schema.default, input),
    hint: hintOf(schema, input),
  };
}

function inputOf(schema: Schema): Input {
  if (optionsOf(schema).length > 0) return "choice";
  switch (schema.type) {
    case "string":
      return "text";
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "switch";
    case "array":
    case "object":
      return "json";
    default:
      return "anything";
  }
}

function optionsOf({ enum: options, const: only }: Schema): readonly Json[] {
  if (Array.isArray(options)) return options;
  return only === undefined ? [] : [only];
}

/** The bounds of a value in words. */
function hintOf(schema: Schema, input: Input): string {
  const { minimum, maximum, minLength, maxLength, pattern } = schema;
  const bounds = [
    input === "json" && `JSON, ${schema.type === "array" ? "a list" : "an object"}`,
    input === "anything" && "JSON, or a text",
    schema.type === "integer" && "a whole number",
    minimum !== undefined && `at least ${minimum}`,
    maximum !== undefined && `at most ${maximum}`,
    minLength !== undefined && `at least ${minLength} characters`,
    maxLength !== undefined && `at most ${maxLength} characters`,
    pattern !== undefined && `matches ${pattern}`,
  ];
  return bounds.filter((bound) => typeof bound === "string").join(", ");
}

function textOf(value: Json, input: Input): string {
  return typeof value === "string" && input !== "json" ? value : JSON.stringify(value);
}

export type Filled =
  | { readonly ok: true; readonly params: Readonly<Record<string, Json>> }
  | { readonly ok: false; readonly faults: Readonly<Record<string, string>> };

/** The parameters that a form's texts stand for; an empty one is left out. A choice's text is its index. */
export function paramsOf(fields: readonly Field[], texts: Readonly<Record<string, string>>): Filled {
  const params: [string, Json][] = [];
  const faults: [string, string][] = [];
  for (const field of fields) {
    const text = texts[field.name] ?? field.initial;
    if (text === "") {
      if (field.isRequired) faults.push([field.name, "is required"]);
      continue;
    }
    const value = valueFor(field, text);
    if (value === undefined) faults.push([field.name, faultOf(field)]);
    else params.push([field.name, value]);
  }
  if (faults.length > 0) return { ok: false, faults: Object.fromEntries(faults) };
  return { ok: true, params: Object.fromEntries(params) };
}

function faultOf({ input }: Field): string {
  return input === "number" ? "is not a number" : "is not JSON";
}

function valueFor({ input, options }: Field, text: string): Json | undefined {
  switch (input) {
    case "text":
      return text;
    case "choice":
      return options.find((option) => optionText(option) === text);
    case "switch":
      return text === "true";
    case "number":
      return text.trim() === "" || Number.isNaN(Number(text)) ? undefined : Number(text);
    case "json":
      return parse(text);
    case "anything":
      return parse(text) ?? text;
  }
}

/**
 * Parameters that a schema most likely accepts: what stands against an action apart from them is then told. `minimum` and
 * lengths are kept, patterns are not.
 */
export function sampleOf(declared: Schema | undefined): Readonly<Record<string, Json>> {
  const isWhole = declared?.type === "object";
  const properties = isWhole ? schemaOf(declared?.properties) : (declared ?? {});
  const required = fieldsOf(declared).filter(({ isRequired }) => isRequired);
  return Object.fromEntries(
    required.map((field) => [field.name, sampleValue(field, schemaOf(properties[field.name]))]),
  );
}

function sampleValue({ input, options }: Field, { default: given, minimum, minLength, type }: Schema): Json {
  if (given !== undefined) return given;
  switch (input) {
    case "choice":
      return options[0] ?? null;
    case "number":
      return minimum ?? 0;
    case "switch":
      return false;
    case "json":
      return type === "array" ? [] : {};
    default:
      return "x".repeat(typeof minLength === "number" ? Math.max(1, minLength) : 1);
  }
}

/** An option as a text that no other option has. */
export function optionText(option: Json): string {
  return typeof option === "string" ? option : JSON.stringify(option);
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function schemaOf(value: Json | undefined): Schema {
  return isJsonObject(value) ? value : {};
}
