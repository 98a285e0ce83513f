import { CompactSign, compactVerify } from "jose";
import type { TokenKind } from "../kernel/model.ts";
import type { TokenClaims } from "../protocol/calls.ts";

/** The only algorithm that tokens are signed with, and the only one that is accepted [AUTH-1]. */
const ALGORITHM = "HS256";

/** How a token of each kind begins; `create_` creates rooms and belongs to none. */
const PREFIXES: Readonly<Record<TokenKind, string>> = {
  room: "room_",
  agent: "as_",
  view: "view_",
  join: "join_",
};
const CREATE_PREFIX = "create_";
const CREATE_PAYLOAD = { purpose: "create" };

/** Longer than any token that was ever signed: what is longer is not looked at. */
const MAX_TOKEN_CHARS = 2048;

/** The keys that tokens are signed and verified with: the first signs, all verify [AUTH-1]. */
export interface SigningKeys {
  readonly current: Uint8Array;
  readonly previous: Uint8Array | null;
}

/** The keys from the settings, or null where there is no `AUTH_SECRET` [AUTH-8]. */
export function signingKeys(secret: string | undefined, previous: string | undefined): SigningKeys | null {
  if (!secret) return null;
  const encoder = new TextEncoder();
  return { current: encoder.encode(secret), previous: previous ? encoder.encode(previous) : null };
}

/** A token's payload, under short names: tokens travel with every request. */
interface Payload {
  readonly jti: string;
  readonly kind: TokenKind;
  readonly room: string;
  readonly inc: string;
  readonly sub?: string;
  readonly gen?: number;
  /** Seconds since the epoch, as JWT has it: not always a whole number. */
  readonly exp?: number;
}

async function sign(payload: object, keys: SigningKeys): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(payload));
  return await new CompactSign(bytes).setProtectedHeader({ alg: ALGORITHM }).sign(keys.current);
}

/** The token that says `claims`. */
export async function signToken(claims: TokenClaims, keys: SigningKeys): Promise<string> {
  const payload: Payload = {
    jti: claims.id,
    kind: claims.kind,
    room: claims.room,
    inc: claims.incarnation,
    ...(claims.agent === undefined ? {} : { sub: claims.agent }),
    ...(claims.generation === undefined ? {} : { gen: claims.generation }),
    ...(claims.expires_at === undefined ? {} : { exp: claims.expires_at / 1000 }),
  };
  return PREFIXES[claims.kind] + (await sign(payload, keys));
}

/** A token that creates rooms where `ROOM_CREATION` is `token` [AUTH-9]. */
export async function signCreateToken(keys: SigningKeys): Promise<string> {
  return CREATE_PREFIX + (await sign(CREATE_PAYLOAD, keys));
}

/** What a token says, or null where it was not signed by us or its time is over. `now` is in ms. */
export async function verifyToken(
  token: string,
  keys: SigningKeys,
  now: number,
): Promise<TokenClaims | null> {
  const kind = kindOf(token);
  if (kind === null) return null;
  const payload = await verifiedPayload(token.slice(PREFIXES[kind].length), keys);
  if (payload === null || payload.kind !== kind) return null;
  const { jti, room, inc, sub, gen, exp } = payload as unknown as Payload;
  const expiresAt = exp === undefined ? undefined : Math.round(exp * 1000);
  if (expiresAt !== undefined && expiresAt <= now) return null;
  return {
    id: jti,
    kind,
    room,
    incarnation: inc,
    ...(sub === undefined ? {} : { agent: sub }),
    ...(gen === undefined ? {} : { generation: gen }),
    ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
  };
}

/** Whether a token allows creating rooms. */
export async function verifyCreateToken(token: string, keys: SigningKeys): Promise<boolean> {
  if (!token.startsWith(CREATE_PREFIX)) return false;
  const payload = await verifiedPayload(token.slice(CREATE_PREFIX.length), keys);
  return payload?.purpose === CREATE_PAYLOAD.purpose;
}

function kindOf(token: string): TokenKind | null {
  if (token.length > MAX_TOKEN_CHARS) return null;
  const kinds = Object.keys(PREFIXES) as TokenKind[];
  return kinds.find((kind) => token.startsWith(PREFIXES[kind])) ?? null;
}

async function verifiedPayload(jws: string, keys: SigningKeys): Promise<Record<string, unknown> | null> {
  for (const key of [keys.current, keys.previous]) {
    if (key === null) continue;
    try {
      const { payload } = await compactVerify(jws, key, { algorithms: [ALGORITHM] });
      return JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>;
    } catch {
      // Not signed with this key, or no token at all: the caller is told the same.
    }
  }
  return null;
}
