import type { MiddlewareHandler } from "hono";
import { refuse } from "../kernel/errors.ts";
import { isRoomId } from "../kernel/names.ts";
import { refusalResponse } from "../protocol/responses.ts";
import type { RouteEnv } from "./route-env.ts";
import { verifiedTokens } from "./verified-tokens.ts";

const TOKEN_PROTOCOL = "bearer.";

/** The subprotocols that a WebSocket client offers. */
export function offeredProtocols(request: Request): string[] {
  const offered = request.headers.get("Sec-WebSocket-Protocol") ?? "";
  return offered.split(",").map((protocol) => protocol.trim());
}

/** The bearer token of a request, or null. A browser's socket can send it as a subprotocol only [AUTH-10]. */
export function bearerToken(request: Request): string | null {
  const match = /^Bearer +(\S+) *$/i.exec(request.headers.get("Authorization") ?? "");
  if (match?.[1] !== undefined) return match[1];
  const offered = offeredProtocols(request).find((protocol) => protocol.startsWith(TOKEN_PROTOCOL));
  return offered?.slice(TOKEN_PROTOCOL.length) ?? null;
}

/** Nothing is served without a key to sign with [AUTH-8]. */
export const configure: MiddlewareHandler<RouteEnv> = async (c, next) => {
  const tokens = verifiedTokens(c.env.AUTH_SECRET, c.env.AUTH_SECRET_PREVIOUS);
  if (tokens === null) {
    const refused = refuse("not_configured", "This deployment has no AUTH_SECRET to sign tokens with.", {
      hint: "Run `npx wrangler secret put AUTH_SECRET` with a long random text; locally `npm start` makes one.",
    });
    return refusalResponse(refused.refusal);
  }
  c.set("keys", tokens.keys);
  c.set("tokens", tokens);
  return await next();
};

/**
 * Lets through to a room only who holds a token that was signed for it, without a look at storage [AUTH-1]. Joining is
 * the exception: an open room takes agents without one, and only the room knows whether it is open. So are bearer strings
 * of the original system, of which the room of the path alone is told the digest.
 */
export const authenticate: MiddlewareHandler<RouteEnv> = async (c, next) => {
  const token = bearerToken(c.req.raw);
  const joins = c.req.method === "POST" && /^\/rooms\/[^/]+\/agents\/?$/.test(c.req.path);
  if (token === null && !joins) return refusalResponse(unauthenticated().refusal);
  const room = c.req.param("room") ?? "";
  if (token !== null && OLD_BEARER.test(token) && isRoomId(room)) {
    c.set("claims", null);
    c.set("bearer", await sha256(token));
    return await next();
  }
  const claims = token === null ? null : await c.get("tokens").claims(token, Date.now());
  if (token !== null && claims?.room !== room) {
    return refusalResponse(invalidToken().refusal);
  }
  c.set("claims", claims);
  return await next();
};

/** A bearer string of the original system. None of ours looks so: a signed token has dots [LEGACY-4]. */
const OLD_BEARER = /^(?:room|view|as)_[0-9a-f]{48}$/;

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const HINT = "Send Authorization: Bearer <token> with a token of this room.";

function unauthenticated() {
  return refuse("authentication_required", "This call needs a token.", { hint: HINT });
}

function invalidToken() {
  return refuse("invalid_token", "The token is not valid for this room.", { hint: HINT });
}
