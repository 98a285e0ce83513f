import type { Effect, Fields, Value } from "./reference-state.ts";
import { hashOf, ReferenceState } from "./reference-state.ts";
import { begun, effectOf, Refused, visible, worth } from "./reference-writes.ts";
import type { By, Deed, Invocation } from "./simulated-deeds.ts";

/** What a call is to be answered: what is not named may be anything. */
export interface Expected {
  readonly status: number;
  readonly error?: string | undefined;
  readonly writes?: readonly Fields[] | undefined;
  readonly result?: Value | undefined;
  /** The event of the call, or for a read the newest. */
  readonly seq?: number | undefined;
  readonly replayed?: boolean;
  /** Of a dry run. */
  readonly allowed?: boolean;
}

interface Agent {
  readonly active: boolean;
  readonly grants: readonly string[];
}

interface Kept {
  readonly request: string;
  readonly answer: Expected;
}

/** What an accepted invocation does, and says. */
interface Decided {
  readonly status: number;
  readonly effects: readonly Effect[];
  readonly writes?: readonly Fields[];
  readonly result?: string;
}

const ROOM_AUTHORITY = "the room";

/** A room as SPEC.md has it, to predict what a real one answers and holds. */
export class ReferenceRoom {
  state: ReferenceState;
  #agents = new Map<string, Agent>();
  /** Answers under their idempotency keys [ACT-9]. */
  #kept = new Map<string, Kept>();
  /** The hash of each action's definition, as it was answered. */
  readonly #hashes = new Map<string, string>();

  constructor(now: number) {
    this.state = new ReferenceState(now);
    this.state.commit([]);
  }

  /** What takes back all that is done after it. */
  remember(): () => void {
    const [state, agents, kept] = [this.state.copy(), new Map(this.#agents), new Map(this.#kept)];
    return () => {
      [this.state, this.#agents, this.#kept] = [state, agents, kept];
    };
  }

  hashOfAction(id: string): string | undefined {
    return this.state.get("_actions", id) && this.#hashes.get(id);
  }

  /** Notes the hash that a registration was answered with. */
  learn(id: string, hash: string): void {
    this.#hashes.set(id, hash);
  }

  isActive(agent: string): boolean {
    return this.#agents.get(agent)?.active ?? false;
  }

  /** Does what a call asks for, and predicts its answer. */
  answer(deed: Deed): Expected {
    this.state.fireDue();
    try {
      const { by } = deed;
      if (by.token !== "owner" && !this.isActive(by.token)) throw new Refused(401, "invalid_token");
      if (by.as !== null && !this.isActive(by.as)) throw new Refused(404, "agent_not_found");
      return this.#act(deed);
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown;
      return { status: thrown.status, error: thrown.code };
    }
  }

  /** The entries of a scope that readers see, or every one. */
  shown(scope: string): Fields {
    const keys = [...(this.state.cells.get(scope)?.keys() ?? [])];
    const values = keys.map((key) => [key, visible(this.state, scope, key)] as const);
    return Object.fromEntries(values.filter((pair): pair is [string, Value] => pair[1] !== undefined));
  }

  /** Whether `by` may read a scope [AUTH-5]. */
  maySee(by: By, scope: string): boolean {
    const self = selfOf(by);
    if (self === null || scope.startsWith("_")) return true;
    return scope === self || (this.#agents.get(self)?.grants.includes(scope) ?? false);
  }

  #act(deed: Deed): Expected {
    const self = selfOf(deed.by);
    switch (deed.do) {
      case "read":
        return { status: 200, seq: this.state.seq };
      case "join":
        return this.#join(deed.id, deed.state, deed.by);
      case "leave":
        return this.#leave(deed.agent, self);
      case "grant":
        return this.#grant(deed.agent, deed.grants, self);
      case "configure":
        return this.#configure(deed.value);
      default:
        return this.#invoke(deed);
    }
  }

  #join(id: string, state: Fields, { token }: By): Expected {
    if (this.#agents.has(id) && token !== "owner" && token !== id) throw new Refused(409, "agent_exists");
    this.#agents.set(id, { active: true, grants: this.#agents.get(id)?.grants ?? [] });
    const writes = Object.entries(state).map(
      ([key, value]): Effect => ({ op: "write", scope: id, key, value }),
    );
    return {
      status: 201,
      seq: this.state.commit([{ op: "write", scope: "_agents", key: id, value: null }, ...writes]),
    };
  }

  #leave(agent: string, self: string | null): Expected {
    if (self !== null && self !== agent) throw new Refused(403, "identity_mismatch");
    if (!this.isActive(agent)) throw new Refused(404, "agent_not_found");
    this.#agents.set(agent, { active: false, grants: [] });
    return {
      status: 200,
      seq: this.state.commit([{ op: "write", scope: "_agents", key: agent, value: null }]),
    };
  }

  #grant(agent: string, grants: readonly string[], self: string | null): Expected {
    if (self !== null && self !== agent) throw new Refused(403, "identity_mismatch");
    if (!this.isActive(agent)) throw new Refused(404, "agent_not_found");
    if (self !== null) throw new Refused(403, "room_token_required");
    this.#agents.set(agent, { active: true, grants });
    return {
      status: 200,
      seq: this.state.commit([{ op: "write", scope: "_agents", key: agent, value: null }]),
    };
  }

  #configure(value: Value): Expected {
    const [scope, key] = ["_config", "dashboard"];
    const before = this.state.get(scope, key)?.value;
    if (hashOf(before ?? null) !== hashOf(value)) {
      this.state.commit([value === null ? { op: "delete", scope, key } : { op: "write", scope, key, value }]);
    }
    return { status: 200 };
  }

  /** An invocation, of a registered action or a built-in one: a refusal of it is an event, too [LOG-5]. */
  #invoke(deed: Invocation): Expected {
    const { by, params, dry_run: isDry, idempotency_key: kept } = deed;
    const place = `${by.token} ${by.as} ${deed.do} ${deed.action} ${kept}`;
    const request = hashOf([params, deed.if_action_hash ?? null]);
    const before = kept === undefined || isDry ? undefined : this.#kept.get(place);
    if (before?.request === request) return { ...before.answer, replayed: true };
    try {
      if (before) throw new Refused(409, "idempotency_conflict");
      const { effects, writes, ...decided } = this.#decide(deed);
      if (isDry) return { status: 200, allowed: true, writes };
      const seq = this.state.commit(effects);
      const result = decided.result === undefined ? undefined : worth(this.state, decided.result);
      const answer = { status: decided.status, writes, result, seq };
      if (kept !== undefined) this.#kept.set(place, { request, answer });
      return answer;
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown;
      if (isDry) return { status: 200, allowed: false, error: thrown.code };
      return { status: thrown.status, error: thrown.code, seq: this.state.commit([]) };
    }
  }

  #decide(deed: Invocation): Decided {
    const self = selfOf(deed.by);
    switch (deed.do) {
      case "register":
        return { status: 201, effects: [this.#registered(deed.params, self)] };
      case "unregister":
        return { status: 200, effects: [this.#unregistered(deed.params, self)] };
      case "message":
        return { status: 200, effects: [this.#message(deed.params, self)] };
      case "invoke":
        return this.#resolved(deed, self);
    }
  }

  #registered({ if_hash, id, ...definition }: Fields, self: string | null): Effect {
    const scope = String(definition.scope ?? "_shared");
    if (!scope.startsWith("_") && self !== null && self !== scope) throw new Refused(403, "scope_denied");
    this.#prove(String(id), if_hash, self);
    const value = { ...definition, scope, by: self ?? ROOM_AUTHORITY };
    const timer =
      definition.timer === undefined ? {} : { timer: begun(definition.timer as Fields, this.state.now) };
    return { op: "write", scope: "_actions", key: String(id), value, ...timer };
  }

  #unregistered({ if_hash, id }: Fields, self: string | null): Effect {
    if (!this.state.get("_actions", String(id))) throw new Refused(404, "action_not_found");
    this.#prove(String(id), if_hash, self);
    return { op: "delete", scope: "_actions", key: String(id) };
  }

  /** [ACT-12] */
  #prove(id: string, proof: Value | undefined, self: string | null): void {
    const definition = this.state.get("_actions", id)?.value as Fields | undefined;
    const current = this.hashOfAction(id) ?? "";
    if (definition && self !== null && definition.by !== self && definition.scope !== self) {
      if (!String(definition.scope).startsWith("_")) throw new Refused(403, "scope_denied");
      if (proof !== current) throw new Refused(409, "proof_of_read_required");
    }
    if (proof !== undefined && proof !== current) throw new Refused(409, "version_conflict");
  }

  #message(params: Fields, self: string | null): Effect {
    const { reply_to: answers } = params;
    if (answers !== undefined && !this.state.get("_messages", String(answers)))
      throw new Refused(400, "invalid_param");
    const key = String((this.state.highest.get("_messages") ?? 0) + 1);
    const value = { from: self, kind: "chat", body: params.body ?? null };
    return {
      op: "write",
      scope: "_messages",
      key,
      value: answers === undefined ? value : { ...value, reply_to: answers },
    };
  }

  /** [ACT-2] */
  #resolved(deed: Invocation, self: string | null): Decided {
    const { state } = this;
    const cell = state.get("_actions", deed.action);
    if (!cell) throw new Refused(404, state.expired.has(deed.action) ? "action_expired" : "action_not_found");
    if (deed.if_action_hash !== undefined && deed.if_action_hash !== this.#hashes.get(deed.action))
      throw new Refused(409, "version_conflict");
    const definition = cell.value as Fields;
    if (cell.timer?.effect === "enable" || cell.cooldown?.effect === "enable")
      throw new Refused(409, "action_cooldown");
    this.#pass(definition, deed.params);
    const running = state.copy();
    const grants = this.#agents.get(String(definition.by))?.grants ?? [];
    const invoking = { self, params: deed.params, definition, grants, before: state };
    const effects: Effect[] = [];
    const writes: Fields[] = [];
    for (const write of definition.writes as readonly Fields[]) {
      const effect = effectOf(write, invoking, running);
      if (!effect) continue;
      running.apply(effect);
      effects.push(effect);
      writes.push(this.#told(effect, deed.by, running));
    }
    const on_invoke = definition.on_invoke as Fields | undefined;
    if (on_invoke) {
      const cooldown = begun(on_invoke.timer as Fields, state.now);
      effects.push({ op: "cooldown", scope: "_actions", key: deed.action, cooldown });
    }
    const result = definition.result === undefined ? {} : { result: String(definition.result) };
    return { status: 200, effects, writes, ...result };
  }

  #pass(definition: Fields, params: Fields): void {
    const holds = (expression: Value | undefined) =>
      expression === undefined || worth(this.state, String(expression)) === true;
    if (!holds(definition.enabled)) throw new Refused(409, "action_disabled");
    if (definition.params !== undefined && !Number.isInteger(params.v))
      throw new Refused(400, "invalid_param");
    if (!holds(definition.if)) throw new Refused(409, "precondition_failed");
  }

  /** An effect as the invoker is told of it, with what `after` holds then [AUTH-7]. */
  #told(effect: Effect, by: By, after: ReferenceState): Fields {
    const { scope, key } = effect;
    if (!this.maySee(by, scope)) return { scope, hidden: true };
    if (effect.op !== "write") return { scope, key, deleted: true };
    const revision = after.get(scope, key)?.revision ?? 0;
    return { scope, key, value: effect.value, revision, hash: hashOf(effect.value) };
  }
}

function selfOf({ token, as }: By): string | null {
  return token === "owner" ? as : token;
}
