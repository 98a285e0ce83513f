import type { Json, JsonObject } from "./json.ts";

/** Of a name that TypeScript takes without quotes. */
const PLAIN_NAME = /^[A-Za-z_$][\w$]*$/;

const SCALARS: ReadonlyMap<string, string> = new Map([
  ["string", "string"],
  ["number", "number"],
  ["integer", "number"],
  ["boolean", "boolean"],
  ["null", "null"],
]);

/** An action's parameters, in either form in which they are declared, as a TypeScript type; `Json` is to be known there. */
export function paramsType(params: JsonObject | undefined, indent: string): string {
  if (params === undefined) return "object";
  if (own(params, "type") === "object") return schemaType(params, indent);
  return membersType(params, new Set(), null, indent);
}

/**
 * A JSON Schema as a TypeScript type. What a type cannot say (bounds, patterns, `not`) is left to the room; objects with
 * named properties are taken to have no others, unless the schema speaks of them.
 */
export function schemaType(schema: Json | undefined, indent: string): string {
  if (!isObject(schema)) return schema === false ? "never" : "Json";
  const itself = ownType(schema, indent);
  const parts = itself === "Json" ? [] : [itself];
  for (const keyword of ["anyOf", "oneOf"]) {
    const among = own(schema, keyword);
    if (Array.isArray(among)) parts.push(union(among.map((each: Json) => schemaType(each, indent))));
  }
  const all = own(schema, "allOf");
  if (Array.isArray(all)) parts.push(...all.map((each: Json) => schemaType(each, indent)));
  if (parts.length === 0) return "Json";
  return parts.length === 1 ? (parts[0] ?? "Json") : parts.map((part) => `(${part})`).join(" & ");
}

/** What a schema says itself, without the schemas that it joins. */
function ownType(schema: JsonObject, indent: string): string {
  const constant = own(schema, "const");
  if (constant !== undefined) return literal(constant);
  const among = own(schema, "enum");
  if (Array.isArray(among)) return union(among.map(literal));
  const type = own(schema, "type");
  if (Array.isArray(type)) return union(type.map((each: Json) => namedType(each, schema, indent)));
  if (type === undefined && isObject(own(schema, "properties"))) return namedType("object", schema, indent);
  return namedType(type, schema, indent);
}

function namedType(name: Json | undefined, schema: JsonObject, indent: string): string {
  if (name === "array") return `readonly (${schemaType(own(schema, "items"), indent)})[]`;
  if (name === "object") return objectType(schema, indent);
  return (typeof name === "string" ? SCALARS.get(name) : undefined) ?? "Json";
}

function objectType(schema: JsonObject, indent: string): string {
  const properties = own(schema, "properties");
  const others = own(schema, "additionalProperties");
  const required = own(schema, "required");
  const mandatory = new Set(Array.isArray(required) ? required : []);
  const isOpen = others === true || isObject(others) || (others === undefined && !isObject(properties));
  // Named properties need not be of the others' type: together they are any JSON.
  const index = isOpen ? (isObject(properties) ? "Json | undefined" : schemaType(others, indent)) : null;
  return membersType(isObject(properties) ? properties : {}, mandatory, index, indent);
}

function membersType(
  members: JsonObject,
  mandatory: ReadonlySet<Json>,
  index: string | null,
  indent: string,
): string {
  const inner = `${indent}  `;
  const lines = Object.entries(members).flatMap(([name, schema]) => {
    const isRequired = mandatory.has(name) || (isObject(schema) && own(schema, "required") === true);
    const described = isObject(schema) ? comment(own(schema, "description"), inner) : [];
    return [
      ...described,
      `${inner}readonly ${propertyName(name)}${isRequired ? "" : "?"}: ${schemaType(schema, inner)};`,
    ];
  });
  if (index !== null) lines.push(`${inner}readonly [key: string]: ${index};`);
  return lines.length === 0 ? "Record<string, never>" : `{\n${lines.join("\n")}\n${indent}}`;
}

/** A text as lines of a comment, from which no text gets out. */
export function comment(text: Json | undefined, indent: string): string[] {
  if (typeof text !== "string" || text.trim() === "") return [];
  return [`${indent}/** ${text.replace(/\s+/g, " ").replaceAll("*/", "*\\/").trim()} */`];
}

export function propertyName(name: string): string {
  return PLAIN_NAME.test(name) ? name : JSON.stringify(name);
}

function literal(value: Json): string {
  if (Array.isArray(value)) return `readonly [${value.map(literal).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, each]) => `${propertyName(name)}: ${literal(each)}`);
  return `{ ${members.join("; ")} }`;
}

function union(types: readonly string[]): string {
  return types.length === 0 ? "never" : [...new Set(types)].join(" | ");
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
