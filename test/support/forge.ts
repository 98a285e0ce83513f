import { env } from "cloudflare:workers";
import { base64url, CompactSign } from "jose";

/** The key that the Worker under test signs with. */
export function secretKey(): Uint8Array {
  return new TextEncoder().encode((env as { readonly AUTH_SECRET?: string }).AUTH_SECRET);
}

export type Payload = Record<string, unknown>;

/** A token taken apart: its prefix, and the parts of its JWS. */
export interface Anatomy {
  readonly prefix: string;
  readonly header: Payload;
  readonly payload: Payload;
  readonly parts: readonly [header: string, payload: string, signature: string];
}

function decoded(part: string): Payload {
  return JSON.parse(new TextDecoder().decode(base64url.decode(part))) as Payload;
}

export function takeApart(token: string): Anatomy {
  const at = token.indexOf("_") + 1;
  const parts = token.slice(at).split(".") as [string, string, string];
  return { prefix: token.slice(0, at), header: decoded(parts[0]), payload: decoded(parts[1]), parts };
}

export function encoded(value: unknown): string {
  return base64url.encode(JSON.stringify(value));
}

/** A token with any payload, signed with any key and algorithm that jose knows, and with any further header. */
export async function forge(
  prefix: string,
  payload: unknown,
  {
    alg = "HS256",
    key = secretKey(),
    header = {},
  }: { alg?: string; key?: Uint8Array | CryptoKey; header?: Payload } = {},
): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(payload));
  return prefix + (await new CompactSign(bytes).setProtectedHeader({ alg, ...header }).sign(key));
}
