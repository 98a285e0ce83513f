import { html } from "hono/html";
import type { Json } from "../../kernel/json.ts";
import type {
  ContentObject,
  HeaderObject,
  OpenApiDocument,
  OperationObject,
  ParameterObject,
  Reference,
  ResponseObject,
} from "../../protocol/openapi/types.ts";
import type { ShownCall } from "./curl.ts";
import { curl } from "./curl.ts";
import type { Html } from "./prose.ts";
import { inline, NOTHING, prose } from "./prose.ts";
import { defaultOf, fields, typeOf } from "./schemas.ts";

/** The calls of a document by their tags, with what their references name. */
export function callsByTag({ paths, components, tags }: OpenApiDocument): Map<string, ShownCall[]> {
  const named = (each: ParameterObject | Reference) => lookUp(each, components.parameters);
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const parameters = operation.parameters.map(named).filter((each) => each !== undefined);
      return { method: method.toUpperCase(), path, operation, parameters };
    }),
  );
  return new Map(
    tags.map(({ name }) => [name, calls.filter(({ operation }) => operation.tags.includes(name))]),
  );
}

function lookUp<T extends object>(each: T | Reference, among: Readonly<Record<string, T>>): T | undefined {
  return "$ref" in each ? among[each.$ref.split("/").at(-1) ?? ""] : each;
}

/** All that there is to know of one call. */
export function callSection(call: ShownCall, document: OpenApiDocument, origin: string): Html {
  const { method, path, operation, parameters } = call;
  const { operationId: id, summary, description, requestBody } = operation;
  return html`<article id="${id}">
    <h3><a href="#${id}">${summary}</a></h3>
    <p class="place"><b class="${method}">${method}</b> <code>${path}</code> <span class="id">${id}</span></p>
    ${prose(description)}
    <p><b>Token</b> ${bearersOf(operation, document)}</p>
    ${parameters.length > 0 ? parameterTable(parameters) : NOTHING}
    ${requestBody ? bodyOf(requestBody, document) : NOTHING}
    <h4>With curl</h4>
    <pre tabindex="0"><code>${curl(call, origin)}</code></pre>
    <h4>Answers</h4>
    ${answersOf(operation, document)}
  </article>`;
}

function bearersOf({ security }: OperationObject, { components }: OpenApiDocument): Html {
  const names = security.map((each) => Object.keys(each)[0]);
  const shown = names.map((name) => {
    const scheme = name === undefined ? undefined : components.securitySchemes[name];
    return scheme ? html`<code>${/\w+_…/.exec(scheme.description)?.[0]}</code>` : html`none`;
  });
  return html`${shown.map((name, index) => html`${index === 0 ? "" : " or "}${name}`)}`;
}

function parameterTable(parameters: readonly ParameterObject[]): Html {
  const rows = parameters.map(
    ({ name, in: place, description, required, schema }) => html`<tr>
      <th scope="row"><code>${name}</code>${required ? html` <b>required</b>` : NOTHING}</th>
      <td>${place}</td>
      <td>
        ${inline(description)}${defaultOf(schema.default)}
        <span class="type">${typeOf(schema)}${schema.type === "array" ? ", with commas" : ""}</span>
      </td>
    </tr>`,
  );
  return html`<h4>Parameters</h4>
    <table>
      <thead><tr><th scope="col">Name</th><th scope="col">In</th><th scope="col">What it is</th></tr></thead>
      <tbody>${rows}</tbody>
    </table>`;
}

type RequestBody = NonNullable<OperationObject["requestBody"]>;

/** What to send: its fields are shown where they are needed. */
function bodyOf({ content, required }: RequestBody, { components }: OpenApiDocument): Html {
  const shown = Object.values(content).map(({ schema }) => {
    const name = String(schema.$ref).split("/").at(-1) ?? "";
    return fields(components.schemas[name]);
  });
  return html`<h4>Body</h4>
    ${contents(content, required)} ${shown}`;
}

function contents(content: ContentObject, isRequired?: boolean): Html {
  return html`${Object.entries(content).map(
    ([type, { schema, example }]) => html`<p>
        ${typeOf(schema)} <span class="type">${type}${isRequired ? ", required" : ""}</span>
      </p>
      ${exampleOf(example)}`,
  )}`;
}

/** An example, to be opened by its title. */
export function exampleOf(example: Json | undefined, title = "Example"): Html {
  if (example === undefined) return NOTHING;
  const text = typeof example === "string" ? example : JSON.stringify(example, null, 2);
  return html`<details>
    <summary>${title}</summary>
    <pre tabindex="0"><code>${text}</code></pre>
  </details>`;
}

/** What is answered where it is done, and one table of all refusals. */
function answersOf({ responses }: OperationObject, { components }: OpenApiDocument): Html {
  const all = Object.entries(responses).map(
    ([status, response]) => [status, lookUp(response, components.responses)] as const,
  );
  const done = all.filter(([status]) => Number(status) < 400);
  const refusals = all.filter(([status]) => Number(status) >= 400);
  return html`${done.map(([status, response]) => (response ? doneOf(status, response) : NOTHING))}
    <details class="refusals">
      <summary>Refusals</summary>
      <p>An <a href="#schema-Error">Error</a> with one of these <a href="#refusals">codes</a>:</p>
      <table>
        <thead><tr><th scope="col">Status</th><th scope="col">Codes</th></tr></thead>
        <tbody>${refusals.map(
          ([status, response]) => html`<tr>
            <th scope="row">${status}</th>
            <td>${inline(response?.description ?? "")}${headersOf(response)}</td>
          </tr>`,
        )}</tbody>
      </table>
    </details>`;
}

function doneOf(status: string, response: ResponseObject): Html {
  return html`<p><b class="status">${status}</b> ${inline(response.description)}${headersOf(response)}</p>
    ${contents(response.content ?? {})}`;
}

function headersOf(response: ResponseObject | undefined): Html {
  const headers: Readonly<Record<string, HeaderObject | Reference>> = response?.headers ?? {};
  const names = Object.keys(headers).filter((name) => name !== "X-Sync-Version");
  return names.length === 0
    ? NOTHING
    : html` <span class="type">Headers ${names.map((name, index) => html`${index === 0 ? "" : ", "}<code>${name}</code>`)}</span>`;
}
