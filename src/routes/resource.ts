import type { Hono } from "hono";
import type { RouteContext, RouteEnv } from "../auth/route-env.ts";
import { refuse } from "../kernel/errors.ts";
import type { OperationId } from "../protocol/operations.ts";
import { OPERATIONS } from "../protocol/operations.ts";
import { refusalResponse } from "../protocol/responses.ts";

type Handler = (c: RouteContext) => Response | Promise<Response>;
type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** Calls of the API by their names: each is served where its declaration says, so that none is there without one. */
export function operations(
  app: Hono<RouteEnv>,
  handlers: Readonly<Partial<Record<OperationId, Handler>>>,
): void {
  const paths = new Map<string, Partial<Record<Method, Handler>>>();
  for (const [id, handler] of Object.entries(handlers)) {
    const operation = id as OperationId;
    const { method, path } = OPERATIONS[operation];
    const named: Handler = (c) => {
      c.set("operation", operation);
      return handler(c);
    };
    paths.set(path, { ...paths.get(path), [method]: named });
  }
  for (const [path, methods] of paths) resource(app, path, methods);
}

/** The methods of one path. Any other answers 405 with `Allow`. Calls of the API are {@link operations}. */
export function resource(
  app: Hono<RouteEnv>,
  path: string,
  methods: Readonly<Partial<Record<Method, Handler>>>,
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
