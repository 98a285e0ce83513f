import type { Room } from "../../client/main.ts";

/** What a token lets its holder do. */
export type Role = "room" | "agent" | "view";

/** Who looks, and may act. */
export interface Session {
  readonly room: Room;
  readonly role: Role;
  /** Whether the page shows what writes: a view token cannot, and nobody can in the past. */
  readonly mayAct: boolean;
}

/** The role that a token's prefix tells, or null where it reads nothing. */
export function roleOf(token: string): Role | null {
  if (token.startsWith("room_")) return "room";
  if (token.startsWith("as_")) return "agent";
  return token.startsWith("view_") ? "view" : null;
}
