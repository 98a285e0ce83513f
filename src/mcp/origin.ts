/** The names under which a machine reaches itself, and no other machine does. */
const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** The host names of the setting `ALLOWED_HOSTS`: separated by commas, without ports; null where it is not set. */
function namesOf(setting: string | undefined): readonly string[] | null {
  const names = (setting ?? "").split(",").map((name) => name.trim().toLowerCase());
  const given = names.filter((name) => name !== "");
  return given.length > 0 ? given : null;
}

/**
 * Why a request may not come in by its Host or its Origin, or null [MCP-5]. A browser sends the origin of the page that
 * calls: only the server's own pages may, those of the hosts allowed, and on a loopback address those of any port of
 * it. The platform sends a Worker only requests for names that are its own; where the server stands on a machine of
 * its own, `ALLOWED_HOSTS` keeps out a page whose name was rebound to that machine's address.
 */
export function strangerFault(request: Request, setting: string | undefined): string | null {
  const { hostname, host } = new URL(request.url);
  const allowed = namesOf(setting);
  if (allowed && !allowed.includes(hostname)) return `The host ${hostname} is not served here.`;
  const origin = request.headers.get("Origin");
  if (origin === null) return null;
  const from = URL.canParse(origin) ? new URL(origin) : null;
  const isOwn = from !== null && from.host !== "" && from.host === host;
  const isNear = from !== null && LOOPBACK.has(hostname) && LOOPBACK.has(from.hostname);
  const isAllowed = from !== null && (allowed?.includes(from.hostname) ?? false);
  return isOwn || isNear || isAllowed ? null : "Pages of this origin may not call here.";
}
