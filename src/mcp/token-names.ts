import { isJsonObject } from "../kernel/json.ts";
import { isRoomId } from "../kernel/names.ts";

/** Longer than any token: what is longer is not looked at. */
const MAX_TOKEN_CHARS = 2048;

/** What a token says of itself: enough to find the room, which alone decides whether the token holds. */
export interface TokenNames {
  readonly room: string;
  readonly kind: string;
}

/**
 * The room that a token names, read without its key: the API verifies what is sent there, this only finds the way
 * [MCP-3]. Null for what names no room, as a create token or a bearer string of the original system.
 */
export function tokenNames(token: string): TokenNames | null {
  if (token.length > MAX_TOKEN_CHARS) return null;
  const [, kind, payload] = /^(room|as|view|join)_[\w-]+\.([\w-]+)\.[\w-]+$/.exec(token) ?? [];
  if (kind === undefined || payload === undefined) return null;
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (char) =>
      char.charCodeAt(0),
    );
    const said: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (!isJsonObject(said) || typeof said.room !== "string" || !isRoomId(said.room)) return null;
    return { room: said.room, kind };
  } catch {
    return null;
  }
}

/** The bearer token of a request, or null. */
export function bearerOf(request: Request): string | null {
  return /^Bearer +(\S+) *$/i.exec(request.headers.get("Authorization") ?? "")?.[1] ?? null;
}
