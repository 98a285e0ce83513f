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
  const allowed = Object.keys(methods).join(", ");
  const refuseMethod: Handler = (c) => {
    const refused = refuse("method_not_allowed", `${c.req.method} is not among the methods of this path.`, {
      hint: `Use ${allowed}.`,
    });
    return refusalResponse(refused.refusal, { Allow: allowed });
  };
  for (const [method, handler] of Object.entries(methods)) {
    // The router serves HEAD by GET, and some reads leave a trace: a context moves its reader's cursor.
    app.on(method, path, (c) => (c.req.method === method ? handler(c) : refuseMethod(c)));
  }
  app.all(path, refuseMethod);
}
