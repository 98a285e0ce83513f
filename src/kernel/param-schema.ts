import type { Json, JsonObject } from "./json.ts";
import { isJsonObject, jsonObject, own } from "./json.ts";
import type { ParamFault } from "./ports.ts";

type Shape = "schema" | "schemas" | "named_schemas" | "schema_or_boolean" | "pattern" | "plain";

/**
 * The keywords of JSON Schema that a parameter may use [ACT-1]. The list is closed: without references no schema is
 * recursive, and none of these costs more than the size of the schema times the size of the value.
 */
const KEYWORDS = new Map<string, Shape>([
  ["properties", "named_schemas"],
  ["additionalProperties", "schema_or_boolean"],
  ["items", "schema_or_boolean"],
  ["anyOf", "schemas"],
  ["oneOf", "schemas"],
  ["allOf", "schemas"],
  ["not", "schema"],
  ["pattern", "pattern"],
]);
for (const plain of [
  ...["type", "enum", "const", "required", "title", "description", "default", "examples", "format"],
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"],
  ...["minItems", "maxItems", "minProperties", "maxProperties"],
]) {
  KEYWORDS.set(plain, "plain");
}

/**
 * A `pattern` leaves {@link paramSchema} as this `format`, for a validator to run in linear time: as `pattern` it would
 * go to the host's backtracking engine, which an expression can keep busy for ever.
 */
export const PATTERN_FORMAT = "pattern:";

const MAX_SCHEMA_DEPTH = 16;
const TYPES = new Set(["string", "number", "integer", "boolean", "object", "array", "null"]);

/** The JSON Schema of an action's parameters, from either form in which they are declared [ACT-1]. */
export function paramSchema(params: JsonObject): JsonObject {
  if (own(params, "type") === "object") return plainSchema(params);
  const properties = jsonObject();
  const required: string[] = [];
  for (const [name, declared] of Object.entries(params)) {
    const schema = isJsonObject(declared) ? declared : jsonObject();
    properties[name] = plainSchema(schema);
    if (own(schema, "required") === true) required.push(name);
  }
  return jsonObject([
    ["type", "object"],
    ["properties", properties],
    ["required", required],
  ]);
}

/** A schema without what the short form adds: `required: true` and `type: "any"`. `format` is an annotation here. */
function plainSchema(schema: Json): Json & JsonObject {
  const plain = jsonObject();
  if (!isJsonObject(schema)) return plain;
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === "format" || (keyword === "required" && typeof value === "boolean")) continue;
    if (keyword === "type" && (value === "any" || (Array.isArray(value) && value.includes("any")))) continue;
    if (keyword === "pattern" && typeof value === "string") plain.format = PATTERN_FORMAT + value;
    else plain[keyword] = plainKeyword(keyword, value);
  }
  const mandatory = mandatoryProperties(schema);
  if (mandatory.length > 0)
    plain.required = [...((plain.required as Json[] | undefined) ?? []), ...mandatory];
  return plain;
}

/** The properties of `schema` that say of themselves that they are required, as parameters do in the short form. */
function mandatoryProperties(schema: JsonObject): string[] {
  const properties = own(schema, "properties");
  if (!isJsonObject(properties)) return [];
  const declared = Object.entries(properties);
  return declared.flatMap(([name, each]) =>
    isJsonObject(each) && own(each, "required") === true ? [name] : [],
  );
}

function plainKeyword(keyword: string, value: Json): Json {
  const shape = KEYWORDS.get(keyword);
  if (shape === "schemas" && Array.isArray(value)) return value.map(plainSchema);
  if (shape === "named_schemas" && isJsonObject(value)) {
    return jsonObject(Object.entries(value).map(([name, schema]) => [name, plainSchema(schema)]));
  }
  const isSchema = shape === "schema" || shape === "schema_or_boolean";
  return isSchema && isJsonObject(value) ? plainSchema(value) : value;
}

/** Why declared parameters are no schema that this room accepts, or null. `mayCompile` judges patterns. */
export function paramSchemaFault(
  params: JsonObject,
  mayCompile: (pattern: string) => boolean,
): ParamFault | null {
  if (own(params, "type") === "object") return schemaFault(params, "params", 0, mayCompile);
  for (const [name, declared] of Object.entries(params)) {
    const path = `params.${name}`;
    if (!isJsonObject(declared)) return { path, problem: "must be a JSON Schema object" };
    const fault = schemaFault(declared, path, 0, mayCompile);
    if (fault) return fault;
  }
  return null;
}

type Judge = (pattern: string) => boolean;

function schemaFault(schema: Json, path: string, depth: number, mayCompile: Judge): ParamFault | null {
  if (!isJsonObject(schema)) return { path, problem: "must be a JSON Schema object" };
  if (depth > MAX_SCHEMA_DEPTH) return { path, problem: `is nested deeper than ${MAX_SCHEMA_DEPTH} schemas` };
  for (const [keyword, value] of Object.entries(schema)) {
    const fault = keywordFault(keyword, value, `${path}.${keyword}`, depth, mayCompile);
    if (fault) return fault;
  }
  return null;
}

function keywordFault(
  keyword: string,
  value: Json,
  path: string,
  depth: number,
  mayCompile: Judge,
): ParamFault | null {
  const shape = KEYWORDS.get(keyword);
  switch (shape) {
    case undefined:
      return { path, problem: `is not among the supported keywords (${[...KEYWORDS.keys()].join(", ")})` };
    case "schema":
      return schemaFault(value, path, depth + 1, mayCompile);
    case "schema_or_boolean":
      return typeof value === "boolean" ? null : schemaFault(value, path, depth + 1, mayCompile);
    case "schemas":
      return listFault(value, path, depth, mayCompile);
    case "named_schemas":
      return isJsonObject(value)
        ? firstFault(Object.entries(value), path, depth, mayCompile)
        : { path, problem: "must be an object of schemas" };
    case "pattern":
      return typeof value === "string" && mayCompile(value)
        ? null
        : {
            path,
            problem:
              "must be a regular expression in RE2 syntax of at most 256 characters that does not repeat too much",
          };
    case "plain":
      return plainFault(keyword, value, path);
  }
}

function listFault(value: Json, path: string, depth: number, mayCompile: Judge): ParamFault | null {
  if (!Array.isArray(value) || value.length === 0) return { path, problem: "must be a list of schemas" };
  return firstFault(value.entries(), path, depth, mayCompile);
}

function firstFault(
  schemas: Iterable<readonly [string | number, Json]>,
  path: string,
  depth: number,
  mayCompile: Judge,
): ParamFault | null {
  for (const [name, schema] of schemas) {
    const fault = schemaFault(schema, `${path}.${name}`, depth + 1, mayCompile);
    if (fault) return fault;
  }
  return null;
}

function plainFault(keyword: string, value: Json, path: string): ParamFault | null {
  if (keyword === "type") return typeFault(value, path);
  if (keyword === "enum") return Array.isArray(value) ? null : { path, problem: "must be a list" };
  if (keyword === "required") return requiredFault(value, path);
  if (keyword === "multipleOf" && !(typeof value === "number" && value > 0)) {
    return { path, problem: "must be a number above 0" };
  }
  if (/^(?:min|max|exclusive)/.test(keyword) && typeof value !== "number") {
    return { path, problem: "must be a number" };
  }
  return null;
}

function typeFault(value: Json, path: string): ParamFault | null {
  const types = Array.isArray(value) ? value : [value];
  const known = types.every((type) => typeof type === "string" && (TYPES.has(type) || type === "any"));
  return known && types.length > 0 ? null : { path, problem: `must be one of ${[...TYPES].join(", ")}, any` };
}

function requiredFault(value: Json, path: string): ParamFault | null {
  if (typeof value === "boolean") return null;
  const names = Array.isArray(value) && value.every((name) => typeof name === "string");
  return names ? null : { path, problem: "must be true, or a list of names in a whole schema" };
}
