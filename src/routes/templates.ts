import type { Hono } from "hono";
import type { RouteEnv } from "../auth/route-env.ts";
import { jsonResponse, refusalResponse } from "../protocol/responses.ts";
import { findTemplate, TEMPLATES } from "../templates/templates.ts";
import { operations } from "./resource.ts";

/** They change with the server's version only. */
const HEADERS = { "Cache-Control": "public, max-age=300" };

/** `/templates`: what a room can begin with, for everyone to read [TPL-3]. */
export function templateRoutes(app: Hono<RouteEnv>): void {
  operations(app, {
    templates: () => jsonResponse(200, LIST, HEADERS),
    template: (c) => {
      const template = findTemplate(c.req.param("template") ?? "", "not_found");
      if (!template.ok) return refusalResponse(template.refusal);
      return jsonResponse(200, JSON.stringify(template.value), HEADERS);
    },
  });
}

const LIST = JSON.stringify({
  templates: [...TEMPLATES.values()].map(({ id, title, description, actions, views }) => ({
    id,
    title,
    description,
    actions: actions.map((action) => action.id),
    views: views.map((view) => view.id),
  })),
});
