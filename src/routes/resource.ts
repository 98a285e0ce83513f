import type { Hono } from "hono";
import type { RouteContext, RouteEnv } from "../auth/route-env.ts";
import { refuse } from "../kernel/errors.ts";
import { refusalResponse } from "../protocol/responses.ts";

type Handler = (c: RouteContext) => Response | Promise<Response>;

/** The methods of one path. Any other answers 405 with `Allow`. */
export function resource(
  app: Hono<RouteEnv>,
  path: string,
  methods: Readonly<Partial<Record<"GET" | "POST" | "PATCH" | "DELETE", Handler>>>,
): void {
  for (const [method, handler] of Object.entries(methods)) app.on(method, path, handler);
  const allowed = Object.keys(methods).join(", ");
  app.all(path, (c) => {
    const refused = refuse("method_not_allowed", `${c.req.method} is not among the methods of this path.`, {
      hint: `Use ${allowed}.`,
    });
    return refusalResponse(refused.refusal, { Allow: allowed });
  });
}
