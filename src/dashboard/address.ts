/** Where a token waits between two loads of a page: a tab's own store, never an address [DASH-3]. */
const stored = (room: string) => `sync.token.${room}`;

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
