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
/** ms between two readings at most, where each takes long: a room and a reader that are busy rest for half of the time. */
const MOST_REST_MS = 1_000;
/** ms until a refused reading is tried again: doubled with each refusal. */
const FIRST_DELAY_MS = 500;
const MOST_DELAY_MS = 20_000;
/** Answers of a server that is busy or on the move. */
const PASSING = new Set([429, 502, 503, 504]);

/** A room as it happens: read whole once, then by what changed since. */
export class LiveRoom {
  readonly snapshot = signal<Snapshot | null>(null);
  /** Whether events come in. */
  readonly isConnected = signal(false);
  /** What stands against reading just now: it is tried again. */
  readonly trouble = signal<SyncError | null>(null);
  /** Why nothing more is read. */
  readonly failure = signal<unknown>(null);
  readonly room: Room;
  /** Reads once: what is refused is told, and tried again here. */
  readonly #reads: Room;
  readonly #end = new AbortController();
  #context: LiveContext | null = null;
  #isStale = false;
  #isReading = false;
  #showing: ReturnType<typeof setTimeout> | null = null;

  /** `agent` is whose eyes a room token looks through. */
  constructor(id: string, token: string, agent: string | null) {
    const WebSocket = observedSocket((isOpen) => {
      this.isConnected.value = isOpen;
    });
    const options = { server: location.origin, room: id, token, agent: agent ?? undefined, WebSocket };
    this.room = new Room(options);
    this.#reads = new Room({ ...options, retry: { attempts: 1 } });
  }

  /** Follows the room until it is closed or refuses. */
  async run(): Promise<void> {
    try {
      for (;;) await this.#persist(() => this.#follow());
    } catch (error) {
      this.#fail(error);
    }
  }

  close(): void {
    this.#end.abort();
    if (this.#showing !== null) clearTimeout(this.#showing);
  }

  async #follow(): Promise<void> {
    const { signal } = this.#end;
    const context = (await this.#reads.context({ ...QUERY, signal })) as LiveContext;
    this.#show(context);
    for await (const frame of this.room.watch({ since: context.seq, signal })) this.#take(frame);
  }

  /** Reads until it is answered: what passes is told meanwhile, and what the room has forgotten is null. */
  async #persist<Answer>(read: () => Promise<Answer>): Promise<Answer | null> {
    for (let failures = 1; ; failures++) {
      try {
        const answer = await read();
        this.trouble.value = null;
        return answer;
      } catch (error) {
        if (SyncError.is(error, "compacted")) return null;
        if (this.#end.signal.aborted || !SyncError.is(error) || !isPassing(error)) throw error;
        this.trouble.value = error;
        await this.#pause(Math.max((error.retryAfter ?? 0) * 1_000, delayAfter(failures)));
      }
    }
  }

  #fail(error: unknown): void {
    if (this.#end.signal.aborted) return;
    this.failure.value = error;
    this.trouble.value = null;
    this.close();
  }

  #show(context: LiveContext): void {
    if (this.#showing !== null) clearTimeout(this.#showing);
    this.#showing = null;
    this.#context = context;
    this.trouble.value = null;
    this.snapshot.value = snapshotOf(context, this.snapshot.value);
  }

  /** Shows it soon, with what else comes until then. */
  #showSoon(context: LiveContext): void {
    this.#context = context;
    this.#showing ??= setTimeout(() => this.#show(this.#context ?? context), GATHER_MS);
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
      this.#showSoon({ ...context, views });
    }
    const agent = frame.type === "presence" ? context.agents[frame.agent] : undefined;
    if (frame.type === "presence" && agent) {
      const { status, waiting_on } = frame;
      const agents = { ...context.agents, [frame.agent]: { ...agent, status, waiting_on } };
      this.#showSoon({ ...context, agents });
    }
  }

  /** Reads what changed, once for all that comes while it waits or reads. */
  #refresh(): void {
    this.#isStale = true;
    if (this.#isReading) return;
    this.#isReading = true;
    void this.#read()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#isReading = false;
      });
  }

  async #read(): Promise<void> {
    let tookMs = 0;
    while (this.#isStale) {
      await this.#pause(Math.min(MOST_REST_MS, Math.max(GATHER_MS, tookMs)));
      this.#isStale = false;
      const begun = performance.now();
      await this.#persist(() => this.#catchUp());
      tookMs = performance.now() - begun;
    }
  }

  /** Reads from where the context is: since it was asked for, frames may have changed parts of it. */
  async #catchUp(): Promise<void> {
    const { signal } = this.#end;
    const since = this.#context?.seq;
    const answer = (await this.#reads.context({ ...QUERY, since, signal }).catch((error: unknown) => {
      if (since === undefined || !SyncError.is(error, "compacted")) throw error;
      this.#context = null;
      return this.#reads.context({ ...QUERY, signal });
    })) as LiveContext;
    this.#show(this.#context === null ? answer : applyDelta(this.#context, answer));
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#end;
    await new Promise<void>((wake) => setTimeout(wake, ms));
    signal.throwIfAborted();
  }
}

function isPassing({ status, code }: SyncError): boolean {
  return code === "unreachable" || PASSING.has(status);
}

/** ms to let pass after so many refusals, drawn so that not all pages come back at once. */
function delayAfter(failures: number): number {
  return Math.min(MOST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
}
