import type { Role } from "./live/session.ts";
import { roleOf } from "./live/session.ts";

const PREFIX = "sync.token.";

/** Where a token waits between two loads of a page: a tab's own store, never an address [DASH-3]. */
const stored = (room: string) => PREFIX + room;

/** The room that the page's path names, or null on the home page. */
export function roomOfPath(path: string): string | null {
  const [, id] = /^\/rooms\/([^/]+)\/?$/.exec(path) ?? [];
  return id === undefined ? null : decodeURIComponent(id);
}

/** The address at which a room opens with a token: browsers send no fragment to a server. */
export function roomAddress(room: string, token: string): string {
  return `/rooms/${encodeURIComponent(room)}#token=${token}`;
}

/** Takes the token out of the address, and out of the history with it; or answers the one that was kept. */
export function takeToken(room: string): string | null {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given === null) return sessionStorage.getItem(stored(room));
  keepToken(room, given);
  history.replaceState(null, "", location.pathname);
  return given;
}

export function keepToken(room: string, token: string): void {
  sessionStorage.setItem(stored(room), token);
}

export function forgetToken(room: string): void {
  sessionStorage.removeItem(stored(room));
}

/** The rooms that this tab has tokens of, by name. */
export function openedRooms(): { readonly room: string; readonly role: Role }[] {
  const names = Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX));
  return names.sort().flatMap((name) => {
    const role = roleOf(sessionStorage.getItem(name) ?? "");
    return role === null ? [] : [{ room: name.slice(PREFIX.length), role }];
  });
}
