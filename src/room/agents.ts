import { ComputedMap } from "../cel/computed-map.ts";
import { SubstrateMap } from "../cel/substrate-map.ts";
import type { CelValue } from "../cel/values.ts";
import { toCel } from "../cel/values.ts";
import type { Json, JsonObject } from "../kernel/json.ts";
import type { AgentRecord } from "../kernel/model.ts";
import { heartbeatPoint, presencePoint } from "./derivations.ts";
import type { ReadModel } from "./read-model.ts";

/** Agents as everyone sees them: what is recorded of each, joined with what it was last seen doing [AGENT-4]. */
export class Agents {
  readonly #model: ReadModel;

  constructor(model: ReadModel) {
    this.#model = model;
  }

  record(agent: string): AgentRecord | undefined {
    return this.#model.visibleEntry("_agents", agent)?.value as AgentRecord | undefined;
  }

  ids(): readonly string[] {
    return this.#model.visibleKeys("_agents");
  }

  /** `{name, role, status, waiting_on, last_heartbeat, joined_at, meta?}` */
  shown(agent: string): JsonObject | undefined {
    const record = this.record(agent);
    if (!record) return undefined;
    const shown: JsonObject = {
      name: record.name,
      role: record.role,
      status: this.#status(agent, record),
      waiting_on: this.#waitingOn(agent),
      last_heartbeat: this.#lastHeartbeat(agent),
      joined_at: record.joined_at,
    };
    return record.meta === undefined ? shown : { ...shown, meta: record.meta };
  }

  /** The agent's entry of `_agents` as it is read, its tokens' generation left out. */
  entryValue(agent: string): JsonObject | undefined {
    const record = this.record(agent);
    if (!record) return undefined;
    const { generation: _, ...recorded } = record;
    return { ...(recorded as unknown as JsonObject), ...this.shown(agent) };
  }

  /** One agent as an expression reads it: each field is a read of its own. */
  map(agent: string): SubstrateMap | undefined {
    const record = this.record(agent);
    if (!record) return undefined;
    const meta = record.meta;
    return new ComputedMap({
      name: () => record.name,
      role: () => record.role,
      status: () => this.#status(agent, record),
      waiting_on: () => this.#waitingOn(agent),
      last_heartbeat: () => this.#lastHeartbeat(agent),
      joined_at: () => record.joined_at,
      ...(meta === undefined ? {} : { meta: () => toCel(meta as Json) }),
    });
  }

  #status(agent: string, record: AgentRecord): string {
    this.#notePresence(agent);
    return this.#model.presence.status(agent, record);
  }

  #waitingOn(agent: string): string | null {
    this.#notePresence(agent);
    return this.#model.presence.waitingOn(agent);
  }

  #lastHeartbeat(agent: string): string | null {
    this.#model.derivations.readVolatile("presence");
    this.#model.derivations.read(heartbeatPoint(agent));
    return this.#model.presence.lastHeartbeat(agent);
  }

  #notePresence(agent: string): void {
    this.#model.derivations.read(presencePoint(agent));
    this.#model.derivations.readVolatile("presence");
  }
}

/** The root `agents`. */
export class AgentsMap extends SubstrateMap {
  readonly #agents: Agents;

  constructor(agents: Agents) {
    super();
    this.#agents = agents;
  }

  protected override read(id: string): CelValue | undefined {
    return this.#agents.map(id);
  }

  protected override holds(id: string): boolean {
    return this.#agents.record(id) !== undefined;
  }

  protected override names(): Iterable<string> {
    return this.#agents.ids();
  }

  protected override count(): number {
    return this.#agents.ids().length;
  }
}
