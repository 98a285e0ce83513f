import type { Hono } from "hono";
import { bearerToken } from "../auth/authenticate.ts";
import type { RouteContext, RouteEnv } from "../auth/route-env.ts";
import { refuse } from "../kernel/errors.ts";
import { refusalResponse, VERSION } from "../protocol/responses.ts";

/** Nothing inline, and nothing from another host: what agents write can start no script and call nobody [DASH-2]. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS = {
  "Content-Security-Policy": POLICY,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "X-Sync-Version": VERSION,
};

/** The names of these files change with what they hold. */
const KEPT = "public, max-age=31536000, immutable";

/** `/` and `/rooms/:room` as a page, and the files that it is made of [DASH-1]. */
export function dashboardRoutes(app: Hono<RouteEnv>): void {
  app.get("/", (c) => asset(c, "/index.html", "no-cache"));
  app.get("/rooms/:room", async (c, next) =>
    wantsPage(c.req.raw) ? await asset(c, "/index.html", "no-cache") : await next(),
  );
  app.get("/assets/:file", (c) => asset(c, c.req.path, KEPT));
}

/** Whether a room's address is opened by a browser: programs bring a token, and take JSON. */
function wantsPage(request: Request): boolean {
  return bearerToken(request) === null && (request.headers.get("Accept") ?? "").includes("text/html");
}

async function asset({ env, req }: RouteContext, path: string, cache: string): Promise<Response> {
  const { method, headers } = req.raw;
  const known = headers.get("If-None-Match");
  const found = await env.ASSETS?.fetch(new URL(path, req.url), {
    method,
    headers: known === null ? {} : { "If-None-Match": known },
  });
  if (!found || found.status >= 400) return refusalResponse(noSuchFile(req.path).refusal, HEADERS);
  const response = new Response(found.body, found);
  for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
  response.headers.set("Cache-Control", cache);
  return response;
}

function noSuchFile(path: string) {
  return refuse("not_found", `There is no GET ${path}.`, { hint: "`npm run build:page` builds the page." });
}
