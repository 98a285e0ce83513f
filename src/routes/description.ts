import type { Hono } from "hono";
import type { RouteContext, RouteEnv } from "../auth/route-env.ts";
import { jsonResponse, pageResponse } from "../protocol/responses.ts";
import { resource } from "./resource.ts";

/** What describes the API: for programs, and for people. Made when it is first asked for, then kept [API-5]. */
export function descriptionRoutes(app: Hono<RouteEnv>): void {
  resource(app, "/openapi.json", {
    GET: async (c) => jsonResponse(200, await openApiText.of(originOf(c)), CACHED),
  });
  resource(app, "/docs", {
    GET: async (c) => pageResponse(await docsText.of(originOf(c)), await styleDigest()),
  });
}

/** It changes with the server's version only. */
const CACHED = { "Cache-Control": "public, max-age=300" };

function originOf(c: RouteContext): string {
  return new URL(c.req.url).origin;
}

/** A text that depends on the server's own origin, as it was last asked for. */
class TextOfOrigin {
  readonly #make: (origin: string) => Promise<string>;
  #kept: { readonly origin: string; readonly text: string } | null = null;

  constructor(make: (origin: string) => Promise<string>) {
    this.#make = make;
  }

  async of(origin: string): Promise<string> {
    if (this.#kept?.origin !== origin) this.#kept = { origin, text: await this.#make(origin) };
    return this.#kept.text;
  }
}

// Imported when it is asked for: the schemas of all answers are not to be built wherever a room is served.
const openApiText = new TextOfOrigin(async (origin) => {
  const { openApiDocument } = await import("../protocol/openapi/document.ts");
  return JSON.stringify(openApiDocument(origin));
});

const docsText = new TextOfOrigin(async (origin) => {
  const { openApiDocument } = await import("../protocol/openapi/document.ts");
  const { docsPage } = await import("./docs/page.ts");
  return await docsPage(openApiDocument(origin));
});

/** The SHA-256 of the page's style, by which alone a browser lets it apply. */
async function styleDigest(): Promise<string> {
  const { STYLE } = await import("./docs/style.ts");
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(STYLE)));
  return btoa(String.fromCharCode(...digest));
}
