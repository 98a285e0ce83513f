import { html } from "hono/html";
import type { Json, JsonObject } from "../../kernel/json.ts";
import { isJsonObject } from "../../kernel/json.ts";
import { MOST_WHOLE_NUMBER } from "../../protocol/openapi/parameters.ts";
import type { Html } from "./prose.ts";
import { inline, NOTHING } from "./prose.ts";

/** What kind of value a schema describes, in a few words. */
export function typeOf(schema: Json | undefined): Html {
  if (!isJsonObject(schema ?? null) || schema === undefined) return html`any JSON`;
  const { $ref, anyOf, type, items, additionalProperties, format } = schema as JsonObject;
  if (typeof $ref === "string") return schemaLink($ref);
  const options = anyOf ?? (schema as JsonObject).oneOf;
  if (Array.isArray(options)) return joined(options.map(typeOf));
  const constants = constantsOf(schema as JsonObject);
  if (constants.length > 0)
    return joined(constants.map((each) => html`<code>${JSON.stringify(each)}</code>`));
  if (Array.isArray(type)) return html`${type.join(" or ")}`;
  if (type === "array") return html`list of ${typeOf(items)}`;
  if (type === "object" && isJsonObject(additionalProperties ?? null) && !hasFields(schema)) {
    return html`object of ${typeOf(additionalProperties)}`;
  }
  if (type === undefined) return (schema as JsonObject).not ? html`not supported` : html`any JSON`;
  return html`${typeof format === "string" ? format : type}${boundsOf(schema as JsonObject)}`;
}

export function schemaLink(ref: string): Html {
  const name = ref.split("/").at(-1) ?? "";
  return html`<a href="#schema-${name}">${name}</a>`;
}

function constantsOf({ const: only, enum: several }: JsonObject): readonly Json[] {
  if (Array.isArray(several)) return several;
  return only === undefined ? [] : [only];
}

function joined(parts: readonly Html[]): Html {
  return html`${parts.map((part, index) => html`${index === 0 ? "" : " or "}${part}`)}`;
}

function boundsOf(schema: JsonObject): Html {
  const low = schema.minimum ?? schema.minLength ?? schema.minItems;
  const most = schema.maximum ?? schema.maxLength ?? schema.maxItems;
  const high = most === MOST_WHOLE_NUMBER ? undefined : most;
  const unit = schema.type === "string" ? " characters" : "";
  if (low !== undefined && high !== undefined) return html`, ${low} to ${high}${unit}`;
  if (high !== undefined) return html`, at most ${high}${unit}`;
  return low === undefined || low === 0 ? NOTHING : html`, at least ${low}${unit}`;
}

function hasFields(schema: Json | undefined): boolean {
  return isJsonObject(schema ?? null) && isJsonObject((schema as JsonObject).properties ?? null);
}

/** The fields of a schema, with those of the objects in it. */
export function fields(schema: Json | undefined): Html {
  if (!isJsonObject(schema ?? null)) return NOTHING;
  const { properties, required, anyOf, oneOf, items, additionalProperties } = schema as JsonObject;
  const options = anyOf ?? oneOf;
  if (Array.isArray(options)) {
    const withFields = options.filter((option) => isJsonObject(option) && !option.$ref && hasInside(option));
    if (withFields.length < 2) return fields(withFields[0]);
    return html`${withFields.map((option, index) => html`<p class="or">${index === 0 ? "either" : "or"}</p>${fields(option)}`)}`;
  }
  if (items !== undefined) return fields(items);
  if (!isJsonObject(properties ?? null)) return fields(additionalProperties);
  const names = Array.isArray(required) ? required : [];
  const rows = Object.entries(properties as JsonObject).map(([name, property]) =>
    field(name, property, names.includes(name)),
  );
  return html`<dl class="fields">${rows}</dl>`;
}

/** Whether a schema has fields of its own to show, at any depth. */
function hasInside(schema: Json | undefined): boolean {
  if (!isJsonObject(schema ?? null)) return false;
  const { items, additionalProperties, anyOf } = schema as JsonObject;
  if (hasFields(schema)) return true;
  return [items, additionalProperties, ...(Array.isArray(anyOf) ? anyOf : [])].some(hasInside);
}

function field(name: string, property: Json, isRequired: boolean): Html {
  const { description, default: standard } = isJsonObject(property) ? property : {};
  return html`<dt>
      <code>${name}</code> <span class="type">${typeOf(property)}</span>${isRequired ? html` <b>required</b>` : NOTHING}
    </dt>
    <dd>
      ${typeof description === "string" ? html`<p>${inline(description)}${defaultOf(standard)}</p>` : NOTHING}
      ${hasInside(property) ? fields(property) : NOTHING}
    </dd>`;
}

/** What stands where nothing is said. */
export function defaultOf(standard: Json | undefined): Html {
  return standard === undefined ? NOTHING : html` Default <code>${JSON.stringify(standard)}</code>.`;
}
