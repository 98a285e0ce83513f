import type { Entry, RoomRecord } from "../kernel/model.ts";
import { viewSight } from "../kernel/sight.ts";
import { isDormant } from "../kernel/timer.ts";
import type { Checkpoint } from "../storage/checkpoint-store.ts";
import type { KeyIndex } from "../storage/key-index.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { StateStore, StoredEntry } from "../storage/state-store.ts";
import type { Usage, UsageStore } from "../storage/usage-store.ts";
import { Actions } from "./actions.ts";
import { Agents } from "./agents.ts";
import type { Derivations } from "./derivations.ts";
import { heartbeatPoint, presencePoint, scopePoint, USAGE_POINT } from "./derivations.ts";
import { evaluateText } from "./expressions.ts";
import type { Inbox } from "./inbox.ts";
import type { Journal } from "./journal.ts";
import type { LiveState } from "./live-state.ts";
import type { Movement } from "./moves.ts";
import { Moves } from "./moves.ts";
import type { Presence } from "./presence.ts";
import { RoomRoots } from "./roots.ts";
import { Views } from "./views.ts";
import { Vocabulary } from "./vocabulary.ts";

export type UsageReader = Pick<UsageStore, "get" | "all">;

export interface ReadModelParts {
  readonly live: LiveState;
  readonly journal: Pick<Journal, "head" | "instant">;
  readonly log: LogStore;
  readonly index: KeyIndex;
  /** The state as of the checkpoint. */
  readonly base: StateStore;
  /** Where the log begins: what lies behind was forgotten. */
  readonly checkpoint: () => Checkpoint;
  readonly usage: UsageReader;
  readonly presence: Presence;
  readonly inbox: Inbox;
  readonly derivations: Derivations;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** Everything that can be read of a room, each read noted with the derivation that is being evaluated. */
export class ReadModel {
  readonly live: LiveState;
  readonly journal: Pick<Journal, "head" | "instant">;
  readonly log: LogStore;
  readonly index: KeyIndex;
  readonly base: StateStore;
  readonly usage: UsageReader;
  readonly presence: Presence;
  readonly inbox: Inbox;
  readonly derivations: Derivations;
  readonly now: () => number;
  readonly #checkpoint: () => Checkpoint;
  readonly views: Views;
  readonly actions: Actions;
  readonly agents: Agents;
  readonly vocabulary: Vocabulary;
  readonly moves: Moves;

  constructor(parts: ReadModelParts) {
    this.live = parts.live;
    this.journal = parts.journal;
    this.log = parts.log;
    this.index = parts.index;
    this.base = parts.base;
    this.#checkpoint = parts.checkpoint;
    this.usage = parts.usage;
    this.presence = parts.presence;
    this.inbox = parts.inbox;
    this.derivations = parts.derivations;
    this.now = parts.now;
    this.views = new Views(this);
    this.actions = new Actions(this);
    this.agents = new Agents(this);
    this.vocabulary = new Vocabulary(this);
    this.moves = new Moves(parts.journal.head.seq);
  }

  /** Where the log begins: what lies behind was forgotten. */
  get checkpoint(): Checkpoint {
    return this.#checkpoint();
  }

  /** The room's record, or undefined where nobody has created the room. */
  room(): RoomRecord | undefined {
    return this.live.entry("_config", "room")?.value as RoomRecord | undefined;
  }

  roomId(): string {
    return this.room()?.id ?? "";
  }

  /** How an action was used, if it ever was. */
  usageOf(action: string): Usage | undefined {
    this.derivations.read(USAGE_POINT);
    return this.usage.get(action);
  }

  /** The live entry of a key, unless its gate hides it, or its timer has yet to enable it [TIMER-1, TIMER-4]. */
  visibleEntry(scope: string, key: string): StoredEntry | undefined {
    this.derivations.readKey(scope, key);
    const entry = this.live.entry(scope, key);
    return entry === undefined || this.#isShown(scope, key, entry) ? entry : undefined;
  }

  /** The keys of a scope in the room's order, less those that are hidden. */
  visibleKeys(scope: string): readonly string[] {
    this.derivations.read(scopePoint(scope));
    const keys = this.live.keys(scope);
    return this.live.hasGates(scope) ? keys.filter((key) => this.visibleEntry(scope, key)) : keys;
  }

  /** The derivations of the gates of a scope's entries, by key, all of them evaluated. */
  *gates(scope: string): Iterable<readonly [key: string, derivation: string]> {
    for (const [key, entry] of this.live.gated(scope)) {
      if (entry.enabled === undefined || isDormant(entry)) continue;
      this.visibleEntry(scope, key);
      yield [key, gateDerivation(scope, key)];
    }
  }

  /** Notes that an agent moved, though no event says so. Answers the ids of what that made stale. */
  moved(movement: Movement, agent: string): ReadonlySet<string> {
    this.moves.note(movement, agent, this.journal.head.seq);
    const point = movement === "presence" ? presencePoint(agent) : heartbeatPoint(agent);
    return this.derivations.touch([point]);
  }

  #isShown(scope: string, key: string, entry: Entry): boolean {
    if (isDormant(entry)) return false;
    const { enabled } = entry;
    if (enabled === undefined) return true;
    return this.derivations.value(
      gateDerivation(scope, key),
      () => {
        this.derivations.readKey(scope, key);
        const gate = this.live.entry(scope, key)?.enabled;
        if (gate === undefined) return true;
        const evaluation = evaluateText(gate, new RoomRoots(this, viewSight(scope), { kind: "view" }));
        return evaluation.ok && evaluation.value === true;
      },
      () => false,
    );
  }
}

function gateDerivation(scope: string, key: string): string {
  return `gate:${scope}\0${key}`;
}
