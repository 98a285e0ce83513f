import type { Context } from "hono";
import type { TokenClaims } from "../protocol/calls.ts";
import type { OperationId } from "../protocol/operations.ts";
import type { SigningKeys } from "./tokens.ts";
import type { VerifiedTokens } from "./verified-tokens.ts";

/** What a route knows when it runs: the bindings, and what the middleware found out. */
export interface RouteEnv {
  Bindings: Env;
  Variables: {
    readonly keys: SigningKeys;
    readonly tokens: VerifiedTokens;
    claims: TokenClaims | null;
    bearer: string | undefined;
    /** The characters of the request's body, once it has been read. */
    bodyChars: number | undefined;
    /** When the request came, ms since the epoch. */
    began: number;
    /** How long the room was waited for, ms. */
    roomMs: number | undefined;
    /** The call that was routed to. */
    operation: OperationId | undefined;
  };
}

export type RouteContext = Context<RouteEnv>;
