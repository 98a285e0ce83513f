import type { TokenClaims } from "../protocol/calls.ts";
import type { SigningKeys } from "./tokens.ts";
import { signingKeys, verifyToken } from "./tokens.ts";

/** So many tokens are remembered: the one that was verified first goes first. At 2 KiB each they stay under 4 MiB. */
const MOST_KEPT = 2_000;

/**
 * The tokens of one pair of keys that this isolate has verified, by their whole text: a signature is checked once, since
 * a text that was signed stays signed. Only expiry can change without the room, and is looked at on every use; the
 * room itself refuses what is revoked.
 */
export class VerifiedTokens {
  readonly keys: SigningKeys;
  readonly #claims = new Map<string, TokenClaims>();

  constructor(keys: SigningKeys) {
    this.keys = keys;
  }

  /** What a token says, or null where it was not signed by us or its time is over. `now` is in ms. */
  async claims(token: string, now: number): Promise<TokenClaims | null> {
    const known = this.#claims.get(token);
    if (known) return known.expires_at !== undefined && known.expires_at <= now ? null : known;
    const claims = await verifyToken(token, this.keys, now);
    if (claims) this.#keep(token, claims);
    return claims;
  }

  #keep(token: string, claims: TokenClaims): void {
    this.#claims.set(token, claims);
    if (this.#claims.size <= MOST_KEPT) return;
    for (const oldest of this.#claims.keys()) {
      this.#claims.delete(oldest);
      return;
    }
  }
}

let current: { secret: string; previous: string | undefined; tokens: VerifiedTokens } | undefined;

/** The tokens verified with these settings, or null where there is no `AUTH_SECRET` [AUTH-8]. Other settings start anew. */
export function verifiedTokens(
  secret: string | undefined,
  previous: string | undefined,
): VerifiedTokens | null {
  if (current && current.secret === secret && current.previous === previous) return current.tokens;
  const keys = signingKeys(secret, previous);
  if (!secret || keys === null) return null;
  current = { secret, previous, tokens: new VerifiedTokens(keys) };
  return current.tokens;
}
