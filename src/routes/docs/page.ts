import { html, raw } from "hono/html";
import type { OpenApiDocument } from "../../protocol/openapi/types.ts";
import { callSection, callsByTag, exampleOf } from "./calls.ts";
import type { ShownCall } from "./curl.ts";
import type { Html } from "./prose.ts";
import { inline, NOTHING, prose } from "./prose.ts";
import { fields, typeOf } from "./schemas.ts";
import { STYLE } from "./style.ts";

/** A document as a page for people: it stands on its own, without a script or another request [API-4]. */
export async function docsPage(document: OpenApiDocument): Promise<string> {
  const { info, servers, tags } = document;
  const origin = servers[0]?.url ?? "";
  const calls = callsByTag(document);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${info.title} ${info.version}: every call</title>
        <meta name="description" content="${info.summary}" />
        <style>${raw(STYLE)}</style>
      </head>
      <body>
        <a class="skip" href="#calls">To the calls</a>
        <header>
          <h1>${info.title} <small>${info.version}</small></h1>
          <p class="summary">${info.summary}</p>
          <p><code>${origin}</code> · <a href="/openapi.json">openapi.json</a> · <a href="/llms.txt">llms.txt</a></p>
        </header>
        <div class="columns">
          <nav aria-label="Calls">${contents(calls)}</nav>
          <main id="calls">
            ${prose(info.description)} ${tokens(document)}
            ${tags.map(
              ({ name, description }) => html`<section aria-labelledby="tag-${name}">
                <h2 id="tag-${name}">${name}</h2>
                ${prose(description)}
                ${(calls.get(name) ?? []).map((call) => callSection(call, document, origin))}
              </section>`,
            )}
            ${refusals(document)} ${schemas(document)}
          </main>
        </div>
      </body>
    </html>`;
  return String(await page);
}

function contents(calls: ReadonlyMap<string, readonly ShownCall[]>): Html {
  const groups = [...calls].map(
    ([tag, own]) => html`<li>
      <a href="#tag-${tag}">${tag}</a>
      <ul>
        ${own.map(
          ({ operation }) => html`<li><a href="#${operation.operationId}">${operation.summary}</a></li>`,
        )}
      </ul>
    </li>`,
  );
  return html`<details open>
    <summary>Contents</summary>
    <ul>
      ${groups}
      <li><a href="#refusals">Refusals</a></li>
      <li><a href="#schemas">Schemas</a></li>
    </ul>
  </details>`;
}

function tokens({ components }: OpenApiDocument): Html {
  const schemes = Object.values(components.securitySchemes);
  return html`<section aria-labelledby="tokens">
    <h2 id="tokens">Who calls</h2>
    <ul>${schemes.map(({ description }) => html`<li>${inline(description)}</li>`)}</ul>
  </section>`;
}

function refusals({ components }: OpenApiDocument): Html {
  const shown = Object.entries(components.examples).map(([code, { value }]) => exampleOf(value, code));
  return html`<section aria-labelledby="refusals">
    <h2 id="refusals">Refusals</h2>
    <p>An <a href="#schema-Error">Error</a> of each code.</p>
    ${shown}
  </section>`;
}

function schemas({ components }: OpenApiDocument): Html {
  const shown = Object.entries(components.schemas).map(([name, schema]) => {
    const { description, properties } = schema;
    return html`<article id="schema-${name}">
      <h3><a href="#schema-${name}">${name}</a></h3>
      ${typeof description === "string" ? html`<p>${inline(description)}</p>` : NOTHING}
      ${properties === undefined ? html`<p class="type">${typeOf(schema)}</p>` : NOTHING} ${fields(schema)}
    </article>`;
  });
  return html`<section aria-labelledby="schemas">
    <h2 id="schemas">Schemas</h2>
    ${shown}
  </section>`;
}
