import { signal } from "@preact/signals";
import type { Frame } from "../../client/main.ts";
import { applyDelta, Room, SyncError } from "../../client/main.ts";
import { observedSocket } from "./observed-socket.ts";
import type { LiveContext, Snapshot } from "./snapshot.ts";
import { snapshotOf } from "./snapshot.ts";

/**
 * One query for all panels: a delta answers the same one. Messages come as entries, for a person who looks at the page
 * has not read them in the agent's place.
 */
const QUERY = {
  meta: true,
  depth: "usage",
  messages: false,
  include: ["_actions", "_views", "_agents", "_messages", "_config", "_help"],
} as const;

/** ms from an event to the reading of what it changed, and at least between two readings: many events are one delta. */
const GATHER_MS = 40;

/** A room as it happens: read whole once, then by what changed since. */
export class LiveRoom {
  readonly snapshot = signal<Snapshot | null>(null);
  /** Whether events come in. */
  readonly isConnected = signal(false);
  /** Why nothing more is read. */
  readonly failure = signal<unknown>(null);
  readonly room: Room;
  readonly #end = new AbortController();
  #context: LiveContext | null = null;
  #isStale = false;
  #isReading = false;

  /** `agent` is whose eyes a room token looks through. */
  constructor(id: string, token: string, agent: string | null) {
    const WebSocket = observedSocket((isOpen) => {
      this.isConnected.value = isOpen;
    });
    this.room = new Room({ server: location.origin, room: id, token, agent: agent ?? undefined, WebSocket });
  }

  /** Follows the room until it is closed or refuses. */
  async run(): Promise<void> {
    for (;;) {
      try {
        await this.#follow();
        return;
      } catch (error) {
        if (this.#end.signal.aborted) return;
        if (SyncError.is(error, "compacted")) continue;
        this.failure.value = error;
        return;
      }
    }
  }

  close(): void {
    this.#end.abort();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#end;
    const context = await this.room.context({ ...QUERY, signal });
    this.#show(context as LiveContext);
    for await (const frame of this.room.watch({ since: context.seq, signal })) this.#take(frame);
  }

  #show(context: LiveContext): void {
    this.#context = context;
    this.snapshot.value = snapshotOf(context, this.snapshot.value);
  }

  #take(frame: Frame): void {
    const context = this.#context;
    // By whatever way frames come: where there is no socket, the SDK falls back on an event stream.
    if (frame.type === "hello") this.isConnected.value = true;
    if (frame.type === "event") this.#refresh();
    if (!context) return;
    if (frame.type === "view" && Object.hasOwn(context.views, frame.id)) {
      const { [frame.id]: _, ...others } = context.views;
      const views = frame.absent ? others : { ...context.views, [frame.id]: frame.value };
      this.#show({ ...context, views });
    }
    const agent = frame.type === "presence" ? context.agents[frame.agent] : undefined;
    if (frame.type === "presence" && agent) {
      const { status, waiting_on } = frame;
      const agents = { ...context.agents, [frame.agent]: { ...agent, status, waiting_on } };
      this.#show({ ...context, agents });
    }
  }

  /** Reads what changed, once for all that comes while it waits or reads. */
  #refresh(): void {
    this.#isStale = true;
    if (this.#isReading) return;
    this.#isReading = true;
    void this.#read()
      .catch((error: unknown) => {
        if (!this.#end.signal.aborted) this.failure.value = error;
      })
      .finally(() => {
        this.#isReading = false;
      });
  }

  async #read(): Promise<void> {
    const { signal } = this.#end;
    while (this.#isStale && this.#context) {
      await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
      this.#isStale = false;
      const since = this.#context.seq;
      const delta = await this.room.context({ ...QUERY, since, signal }).catch((error: unknown) => {
        if (SyncError.is(error, "compacted")) return null;
        throw error;
      });
      if (delta) this.#show(applyDelta(this.#context, delta as LiveContext));
      else this.#show((await this.room.context({ ...QUERY, signal })) as LiveContext);
    }
  }
}
