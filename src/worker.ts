import { Hono } from "hono";
import { cors } from "hono/cors";
import { authenticate, configure } from "./auth/authenticate.ts";
import type { RouteEnv } from "./auth/route-env.ts";
import { refuse } from "./kernel/errors.ts";
import { MCP_HEADERS, serveMcp } from "./mcp/endpoint.ts";
import { EXPOSED_HEADERS, jsonResponse, refusalResponse, VERSION } from "./protocol/responses.ts";
import { actionRoutes } from "./routes/actions.ts";
import { agentRoutes } from "./routes/agents.ts";
import { dashboardRoutes } from "./routes/dashboard.ts";
import { descriptionRoutes } from "./routes/description.ts";
import { migrationRoutes } from "./routes/migration.ts";
import { pageRoutes } from "./routes/pages.ts";
import { readRoutes } from "./routes/reads.ts";
import { replacement } from "./routes/replaced.ts";
import { operations, resource } from "./routes/resource.ts";
import { creationRoutes, roomRoutes } from "./routes/rooms.ts";
import { templateRoutes } from "./routes/templates.ts";
import { timing } from "./routes/timing.ts";
import { tokenRoutes } from "./routes/tokens.ts";
import { transferRoutes } from "./routes/transfer.ts";
import { waitRoutes } from "./routes/wait.ts";
import { watchRoutes } from "./routes/watch.ts";

export { RoomObject } from "./room-object.ts";

/** Whether a URL's percent-encodings are UTF-8: a router would pass others on as they are, for names that they are not. */
function isEncoded(url: string): boolean {
  if (!url.includes("%")) return true;
  try {
    decodeURIComponent(url);
    return true;
  } catch {
    return false;
  }
}

function malformedUrl() {
  return refuse("invalid_request", "The URL holds a percent sign that encodes no UTF-8 text.", {
    hint: "Encode each part of the URL with encodeURIComponent, a percent sign as %25.",
  });
}

const app = new Hono<RouteEnv>();

app.use(timing);

/** Answers what a browser asks before it calls from another origin; answers themselves bring their own headers. */
const preflight = cors({
  origin: "*",
  allowHeaders: [
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "Last-Event-ID",
    "X-Sync-Create-Token",
    ...MCP_HEADERS,
  ],
  exposeHeaders: EXPOSED_HEADERS,
});

app.use(async (c, next) => {
  if (c.req.method !== "OPTIONS") return await next();
  c.res.headers.set("X-Sync-Version", VERSION);
  return await preflight(c, next);
});

app.use(async (c, next) => (isEncoded(c.req.url) ? await next() : refusalResponse(malformedUrl().refusal)));

const health = () => jsonResponse(200, JSON.stringify({ ok: true, version: VERSION }));
// Load balancers ask by HEAD, too, which the router serves by GET.
app.get("/health", health);
operations(app, { health });
descriptionRoutes(app);

pageRoutes(app);
templateRoutes(app);
dashboardRoutes(app);

app.use("/rooms/*", configure);
creationRoutes(app);
app.use("/rooms/:room/*", authenticate);

roomRoutes(app);
agentRoutes(app);
actionRoutes(app);
readRoutes(app);
waitRoutes(app);
watchRoutes(app);
tokenRoutes(app);
migrationRoutes(app);
transferRoutes(app);

resource(app, "/mcp", {
  POST: (c) => {
    const api = async (request: Request) => await app.fetch(request, c.env, c.executionCtx);
    return serveMcp(c.req.raw, { api, allowedHosts: c.env.ALLOWED_HOSTS });
  },
});

app.notFound((c) => {
  const hint = replacement(c.req.method, c.req.path) ?? "GET /llms.txt says what there is.";
  const refused = refuse("not_found", `There is no ${c.req.method} ${c.req.path}.`, { hint });
  return refusalResponse(refused.refusal);
});

app.onError((error) => {
  console.error("unexpected error", error);
  return refusalResponse(refuse("internal", "The server made a mistake.").refusal);
});

export default app;
