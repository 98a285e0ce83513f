/** The Worker's bindings and settings. */
interface Env {
  readonly ROOMS: DurableObjectNamespace<import("./room-object.ts").RoomObject>;
  /** The files of the page; a bundle that is served by itself has none. */
  readonly ASSETS?: Fetcher;
  /** The key that tokens are signed with; without it nothing is served [AUTH-8]. */
  readonly AUTH_SECRET?: string;
  /** The key before it, while it is being rotated. */
  readonly AUTH_SECRET_PREVIOUS?: string;
  /** Who may create rooms: `open` for everyone, `token` for holders of a `create_` token [AUTH-9]. */
  readonly ROOM_CREATION?: string;
  /** `requests` writes a line on the log for each request; without it there is none. */
  readonly LOG?: string;
  /** The names under which `/mcp` may be called, by commas; without it all that lead here [MCP-5]. */
  readonly ALLOWED_HOSTS?: string;
}

/** What `cloudflare:workers` knows of this Worker. */
declare namespace Cloudflare {
  interface Env {
    readonly ROOMS: DurableObjectNamespace<import("./room-object.ts").RoomObject>;
  }
  interface GlobalProps {
    mainModule: typeof import("./worker.ts");
  }
}
