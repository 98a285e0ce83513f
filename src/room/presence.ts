import { LIMITS } from "../kernel/limits.ts";
import type { AgentRecord } from "../kernel/model.ts";
import type { PresenceRow, PresenceStore } from "../storage/presence-store.ts";
import { Earliest } from "./earliest.ts";

export type AgentStatus = "active" | "waiting" | "idle" | "left";

type PresenceTable = Pick<PresenceStore, "load" | "save">;

interface Sighting {
  lastHeartbeat: number;
  /** The same as ISO 8601, once somebody has asked: every context tells it of every agent. */
  lastHeartbeatText: string | null;
  /** When the agent joined, as far as anybody has asked, as it is recorded and in ms: whoever joined just now is there. */
  joined: string;
  joinedAt: number;
  cursor: number;
  readSeq: number;
  /** The conditions that the agent waits on now, oldest first. */
  readonly waits: Map<string, string>;
}

const NEVER_SEEN = {
  lastHeartbeat: 0,
  lastHeartbeatText: null,
  joined: "",
  joinedAt: 0,
  cursor: 0,
  readSeq: 0,
};

/** What agents were last seen doing: in memory, and now and then in its table [LOG-7]. */
export class Presence {
  readonly #store: PresenceTable;
  readonly #sightings = new Map<string, Sighting>();
  readonly #unsaved = new Set<string>();
  #flushAt: number | null = null;
  readonly #idle = new Earliest();
  /** Who is idle is said as of this instant, which {@link becomeIdle} moves on: so nobody becomes idle unnoticed. */
  #asOf: number;

  /** `now` in ms since the epoch. */
  constructor(store: PresenceTable, now: number) {
    this.#store = store;
    for (const { agent, last_heartbeat, cursor, read_seq } of store.load()) {
      this.#sightings.set(agent, {
        ...NEVER_SEEN,
        lastHeartbeat: last_heartbeat,
        cursor,
        readSeq: read_seq,
        waits: new Map(),
      });
    }
    // Whoever became idle in the last minute may not have been told of when the object slept.
    this.#asOf = now - 60_000;
    this.#resetIdle();
  }

  /** Notes a call of `agent` at `now`, ms. Answers whether its status changed by it. */
  beat(agent: string, now: number): boolean {
    const sighting = this.#sighting(agent);
    const wasIdle = now - sighting.lastHeartbeat > LIMITS.idleAfterMs;
    sighting.lastHeartbeat = now;
    sighting.lastHeartbeatText = null;
    this.#idle.note(idleAt(sighting));
    this.#unsaved.add(agent);
    this.#flushAt ??= now + LIMITS.presenceFlushMs;
    return wasIdle;
  }

  beginWait(agent: string, wait: string, condition: string): void {
    this.#sighting(agent).waits.set(wait, condition);
  }

  endWait(agent: string, wait: string): void {
    const sighting = this.#sighting(agent);
    sighting.waits.delete(wait);
    this.#idle.note(idleAt(sighting));
  }

  /** When the next agent may become idle, ms since the epoch, or null. */
  get idleAt(): number | null {
    return this.#idle.at;
  }

  /** Moves on to `now`, and answers the agents that have become idle since this was done last. */
  becomeIdle(now: number): string[] {
    const since = this.#asOf;
    this.#asOf = now;
    if (!this.#idle.isDue(now)) return [];
    this.#resetIdle();
    return [...this.#sightings.keys()].filter((agent) => {
      const at = idleAt(this.#sighting(agent));
      return at !== undefined && at > since && at <= now;
    });
  }

  status(agent: string, record: AgentRecord): AgentStatus {
    if (record.status === "left") return "left";
    const sighting = this.#sighting(agent);
    if (sighting.joined !== record.joined_at) {
      sighting.joined = record.joined_at;
      sighting.joinedAt = Date.parse(record.joined_at);
    }
    if (sighting.waits.size > 0) return "waiting";
    // Where an eviction lost an agent's first calls, nobody has planned when it becomes idle.
    const at = idleAt(sighting) ?? 0;
    if (at > this.#asOf) this.#idle.note(at);
    return at > this.#asOf ? "active" : "idle";
  }

  /** The condition that the agent began to wait on last, or null. */
  waitingOn(agent: string): string | null {
    return [...this.#sighting(agent).waits.values()].at(-1) ?? null;
  }

  /** When the agent last called, ISO 8601, or null where that is not known. */
  lastHeartbeat(agent: string): string | null {
    const sighting = this.#sighting(agent);
    if (sighting.lastHeartbeat === 0) return null;
    sighting.lastHeartbeatText ??= new Date(sighting.lastHeartbeat).toISOString();
    return sighting.lastHeartbeatText;
  }

  /** The highest message number that the agent has read. */
  cursor(agent: string): number {
    return this.#sighting(agent).cursor;
  }

  /** The seq as of which the agent last read the state; 0 where it never did. */
  readSeq(agent: string): number {
    return this.#sighting(agent).readSeq;
  }

  /** Notes how far the agent has read messages and state. Answers whether that is news. */
  hasRead(agent: string, { cursor, seq }: { cursor: number; seq: number }): boolean {
    const sighting = this.#sighting(agent);
    if (cursor <= sighting.cursor && seq <= sighting.readSeq) return false;
    sighting.cursor = Math.max(cursor, sighting.cursor);
    sighting.readSeq = Math.max(seq, sighting.readSeq);
    this.#unsaved.add(agent);
    this.#flushAt ??= sighting.lastHeartbeat + LIMITS.presenceFlushMs;
    return true;
  }

  /** When what is not saved yet is to be, ms since the epoch, or null: presence is seldom written [LOG-7]. */
  get flushAt(): number | null {
    return this.#flushAt;
  }

  save(): void {
    const rows: PresenceRow[] = [...this.#unsaved].map((agent) => {
      const { lastHeartbeat, cursor, readSeq } = this.#sighting(agent);
      return { agent, last_heartbeat: lastHeartbeat, cursor, read_seq: readSeq };
    });
    this.#store.save(rows);
    this.#unsaved.clear();
    this.#flushAt = null;
  }

  #resetIdle(): void {
    const instants = [...this.#sightings.values()].map(idleAt);
    this.#idle.reset(instants.filter((at) => at !== undefined && at > this.#asOf));
  }

  #sighting(agent: string): Sighting {
    const known = this.#sightings.get(agent);
    if (known) return known;
    const sighting: Sighting = { ...NEVER_SEEN, waits: new Map() };
    this.#sightings.set(agent, sighting);
    return sighting;
  }
}

/** When an agent becomes idle if it does not call again; while it waits it does not [AGENT-4]. */
function idleAt({ lastHeartbeat, joinedAt, waits }: Sighting): number | undefined {
  return waits.size > 0 ? undefined : Math.max(lastHeartbeat, joinedAt) + LIMITS.idleAfterMs + 1;
}
