import type { Hono } from "hono";
import type { RouteEnv } from "../auth/route-env.ts";
import { mintTokenBody } from "../protocol/requests.ts";
import { refusalResponse } from "../protocol/responses.ts";
import { readBody } from "./http.ts";
import { operations } from "./resource.ts";
import { callRoom } from "./room-calls.ts";

/** Minting, listing and revoking tokens. */
export function tokenRoutes(app: Hono<RouteEnv>): void {
  operations(app, {
    mintToken: async (c) => {
      const body = await readBody(c, mintTokenBody);
      return body.ok ? await callRoom(c, "mintToken", body.value) : refusalResponse(body.refusal);
    },
    listTokens: (c) => callRoom(c, "listTokens", {}),
    revokeToken: (c) => callRoom(c, "revokeToken", { id: c.req.param("token") ?? "" }),
  });
}
