import { LIMITS } from "./limits.ts";

const ROOM_ID = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/;
const AGENT_ID = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$/;
const SHARED_SCOPE = /^_[A-Za-z0-9._:@-]{1,64}$/;
const CONTROL_CHARACTER = /\p{Cc}/u;
const RESERVED_AGENT_IDS = new Set(["self", "admin"]);

/** Scopes that only the room itself fills: never the target of a write, never the scope of a registration. */
const SYSTEM_SCOPES = new Set(["_actions", "_views", "_agents", "_audit", "_config"]);

/** Scopes that stand in sections of their own, or are the room's own business: a context shows them when asked [CTX-1]. */
const RESERVED_SCOPES = new Set([...SYSTEM_SCOPES, "_messages", "_help"]);

export function isReservedScope(scope: string): boolean {
  return RESERVED_SCOPES.has(scope);
}

/** [ROOM-2] */
export function isRoomId(id: string): boolean {
  return ROOM_ID.test(id);
}

/** [ROOM-2]; reserved ids have the right form and are refused by {@link isReservedAgentId}. */
export function isAgentId(id: string): boolean {
  return AGENT_ID.test(id);
}

export function isReservedAgentId(id: string): boolean {
  return RESERVED_AGENT_IDS.has(id);
}

/** [ROOM-2]: 1 to 256 bytes of UTF-8 without control characters or lone surrogates. */
export function isKey(key: string): boolean {
  if (key.length === 0 || key.length > LIMITS.keyBytes) return false;
  return key.isWellFormed() && !CONTROL_CHARACTER.test(key) && utf8Bytes(key) <= LIMITS.keyBytes;
}

export function isScope(scope: string): boolean {
  return isShared(scope) ? SHARED_SCOPE.test(scope) : isPrivateScope(scope);
}

/** Every agent may read a scope whose name begins with an underscore; any other belongs to the agent of that id. */
export function isShared(scope: string): boolean {
  return scope.startsWith("_");
}

export function isPrivateScope(scope: string): boolean {
  return isAgentId(scope) && !isReservedAgentId(scope);
}

export function isSystemScope(scope: string): boolean {
  return SYSTEM_SCOPES.has(scope);
}

/** What an agent may be granted: another's private scope, or the room's help texts [AUTH-3]. */
export function isGrantable(scope: string): boolean {
  return scope === "_help" || isPrivateScope(scope);
}

/** Ids of actions and views that the room keeps for its own, and those that no URL can name. */
export function isReservedId(id: string): boolean {
  return id.startsWith("_") || id === "help" || id === "." || id === "..";
}

/** The size of `text` in UTF-8, in bytes. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) bytes += unit >= 0x800 && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}
