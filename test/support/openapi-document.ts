import { dereference, validate } from "@cfworker/json-schema";
import type { OpenApiDocument, OperationObject, ParameterObject } from "../../src/protocol/openapi/types.ts";

/** A part of a document, read without ceremony. */
// biome-ignore lint/suspicious/noExplicitAny: its parts have every shape
export type Part = any;

/** One call, as the served document has it, its references followed. */
export interface DescribedCall {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly ParameterObject[];
  readonly content: readonly (readonly [type: string, schema: Part])[];
  readonly bodyRequired: boolean;
  readonly operation: OperationObject;
}

/** The schemas of a document, to be checked against. */
class Schemas {
  readonly #known = new Map<string, Part>();
  readonly #places: ReturnType<typeof dereference>;

  constructor(schemas: Part) {
    this.#places = dereference({ components: { schemas } } as Part);
  }

  /** Why a value does not fit, or null. */
  misfit(schema: Part, value: unknown): string | null {
    const text = JSON.stringify(schema);
    const known = this.#known.get(text) ?? JSON.parse(text);
    if (!this.#known.has(text)) {
      this.#known.set(text, known);
      dereference(known, this.#places, undefined, `/asked/${this.#known.size}`);
    }
    const { valid, errors } = validate(value, known, "2020-12", this.#places);
    return valid
      ? null
      : errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`).join("; ");
  }
}

/** A document as it was served: nothing here knows of what it was made from. */
export class ServedDocument {
  readonly json: OpenApiDocument;
  readonly calls: readonly DescribedCall[];
  readonly #asked: Schemas;
  /** Fields that are not named do not fit these: an answer has no others. */
  readonly #answered: Schemas;

  constructor(json: OpenApiDocument) {
    this.json = json;
    this.calls = Object.entries(json.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        parameters: operation.parameters.map((each) => this.follow(each) as ParameterObject),
        content: Object.entries(operation.requestBody?.content ?? {}).map(
          ([type, { schema }]) => [type, schema] as const,
        ),
        bodyRequired: operation.requestBody?.required ?? false,
        operation,
      })),
    );
    this.#asked = new Schemas(json.components.schemas);
    this.#answered = new Schemas(closed(json.components.schemas));
  }

  /** What a reference names, or the thing itself. */
  follow(thing: Part): Part {
    if (typeof thing?.$ref !== "string") return thing;
    const steps = thing.$ref.slice(2).split("/");
    return this.follow(steps.reduce((at: Part, step: string) => at?.[step], this.json));
  }

  call(id: string): DescribedCall {
    return this.calls.find((call) => call.id === id)!;
  }

  /** Why a value does not fit a schema of the document, or null. */
  misfit(schema: Part, value: unknown): string | null {
    return this.#asked.misfit(schema, value);
  }

  /** Why an answer is none that the document promises for the call, or null. `text` is its body. */
  breach(responses: OperationObject["responses"], answer: Response, text: string): string | null {
    const declared = this.follow(responses[String(answer.status)]);
    if (declared === undefined) return `the status ${answer.status} is not declared: ${text.slice(0, 300)}`;
    for (const [name, named] of Object.entries(declared.headers as Part)) {
      const header = this.follow(named);
      const value = answer.headers.get(name);
      if (value === null && header.required) return `${answer.status} without ${name}`;
      const read = header.schema.type === "integer" ? Number(value) : value;
      const misfit = value === null ? null : this.misfit(header.schema, read);
      if (misfit) return `${name} ${misfit}`;
    }
    if (declared.content === undefined) return text === "" ? null : `${answer.status} has a body`;
    const type = answer.headers.get("Content-Type")?.split(";")[0] ?? "";
    const content = declared.content[type];
    if (content === undefined) return `${answer.status} is of the type ${type}`;
    const value = type === "application/json" ? JSON.parse(text) : text;
    const misfit = this.#answered.misfit(content.schema, value);
    return misfit && `${answer.status} ${misfit.slice(0, 1500)} in ${text.slice(0, 1500)}`;
  }
}

/** Schemas whose objects have no other fields than those that are named, where nothing is said of others. */
function closed(schema: Part): Part {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const fields = Object.fromEntries(Object.entries(schema).map(([name, each]) => [name, closed(each)]));
  const isOpen = schema.type !== "object" || !schema.properties || "additionalProperties" in schema;
  return isOpen ? fields : { ...fields, additionalProperties: false };
}
