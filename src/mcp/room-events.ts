import type { ServerEvent, ServerEventBus } from "@modelcontextprotocol/server";
import { contextUri } from "./resources.ts";
import type { Session } from "./session.ts";

/** Changes so close together are told as one: the reader reads the newest in any case. */
const TOGETHER_MS = 100;

/** What of a frame says whether the context has changed. */
interface Frame {
  readonly type: string;
  readonly writes?: readonly { readonly hidden?: boolean }[];
}

/**
 * What a subscription to a room's context is told: that it may look different now, whenever the room's watch stream
 * shows the caller a write or a view's new value [MCP-6]. The first comes when the watching has begun, so that who reads
 * then misses nothing.
 */
export class RoomEvents implements ServerEventBus {
  readonly #session: Session;
  readonly #ended: () => void;

  /** `ended` is told when the room's stream is over: the token holds no more, or the reader did not keep up. */
  constructor(session: Session, ended: () => void) {
    this.#session = session;
    this.#ended = ended;
  }

  /** Nothing is published here: a room's events come from the room. */
  publish(): void {}

  subscribe(listener: (event: ServerEvent) => void): () => void {
    const stop = new AbortController();
    const { names } = this.#session;
    if (names) {
      const tell = together(
        () => listener({ kind: "resource_updated", uri: contextUri(names.room) }),
        stop.signal,
      );
      void this.#follow(names.room, tell, stop.signal).finally(() => {
        if (!stop.signal.aborted) this.#ended();
      });
    }
    return () => stop.abort();
  }

  async #follow(room: string, tell: () => void, signal: AbortSignal): Promise<void> {
    try {
      const query = { only: "events,views" };
      const call = { method: "GET", path: ["rooms", room, "watch"], query } as const;
      const { status, body } = await this.#session.open(call, { Accept: "text/event-stream" });
      if (status !== 200 || !body) return;
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      signal.addEventListener("abort", () => void reader.cancel().catch(() => undefined));
      let rest = "";
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        const records = (rest + read.value).split("\n\n");
        rest = records.pop() ?? "";
        if (records.some(isChange)) tell();
      }
    } catch (thrown) {
      console.error("mcp: the watch broke off", thrown instanceof Error ? thrown.message : thrown);
    }
  }
}

/** Whether a record of the event stream says that the reader's context may look different. */
function isChange(record: string): boolean {
  const data = /^data: (.*)$/m.exec(record)?.[1];
  if (data === undefined) return false;
  const { type, writes = [] } = JSON.parse(data) as Frame;
  return type === "hello" || type === "view" || (type === "event" && writes.some(({ hidden }) => !hidden));
}

/** `act`, once for all the calls within a while. */
function together(act: () => void, signal: AbortSignal): () => void {
  let pending: ReturnType<typeof setTimeout> | null = null;
  signal.addEventListener("abort", () => {
    if (pending !== null) clearTimeout(pending);
  });
  return () => {
    pending ??= setTimeout(() => {
      pending = null;
      act();
    }, TOGETHER_MS);
  };
}
