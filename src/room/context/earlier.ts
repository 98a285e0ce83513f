import type { AgentRecord } from "../../kernel/model.ts";
import { agentOf } from "../../kernel/model.ts";
import type { Sight } from "../../kernel/sight.ts";
import { sight } from "../../kernel/sight.ts";
import type { Place } from "../../storage/key-index.ts";
import type { Point } from "../derivation.ts";
import {
  heartbeatPoint,
  IDLE_POINT,
  invokedPoint,
  LOG_POINT,
  presencePoint,
  SCOPES_POINT,
  scopePoint,
  USAGE_POINT,
} from "../derivations.ts";
import { lastWrite } from "../history.ts";
import { APPEND_SCOPE } from "../live-state.ts";
import type { Movement } from "../moves.ts";
import type { ReadModel } from "../read-model.ts";
import type { Session } from "../session.ts";
import type { TouchedKeys } from "./touched.ts";
import { touchedSince } from "./touched.ts";

/** The room when its log ended with an earlier event, as far as that differs from now. */
export class Earlier {
  readonly seq: number;
  /** The keys that events have touched since. */
  readonly touched: TouchedKeys;
  /** The number of the last message that there was. */
  readonly lastMessage: number;
  /** The agents that may have moved since, without an event. */
  readonly moved: Readonly<Record<Movement, ReadonlySet<string>>>;
  /** What the reader might see. */
  readonly sight: Sight;
  /** The private scopes that the reader might see then and may not now. */
  readonly lost: readonly string[];
  readonly #model: ReadModel;

  constructor(model: ReadModel, session: Session, seq: number) {
    this.#model = model;
    this.seq = seq;
    this.touched = touchedSince(model, seq);
    this.lastMessage = model.inbox.highestAt(model.index, seq);
    const agents = model.live.keys("_agents");
    this.moved = {
      presence: new Set(model.moves.since("presence", seq, agents)),
      heartbeat: new Set(model.moves.since("heartbeat", seq, agents)),
    };
    const record = this.#recordOf(agentOf(session.identity));
    this.sight = record ? sight(session.identity, record) : session.sight;
    this.lost = record?.grants.filter((scope) => !session.sight.mayRead(scope)) ?? [];
  }

  /** Whether a key may have held an entry: one that came and went since is no news to anybody. */
  held(place: Place): boolean {
    if (!this.touched.has(place)) return true;
    const { index, base } = this.#model;
    const first = index.first(place.scope, place.key) ?? 0;
    return first <= this.seq || base.get(place.scope, place.key) !== undefined;
  }

  /** Everything that has changed since, as derivations read it. */
  *points(): Iterable<Point> {
    const { journal, inbox } = this.#model;
    if (journal.head.seq > this.seq) yield* [LOG_POINT, SCOPES_POINT, USAGE_POINT];
    if (inbox.highest > this.lastMessage) yield scopePoint(APPEND_SCOPE);
    yield* this.touched.points();
    yield* this.#invokedPoints();
    for (const agent of this.moved.presence) yield presencePoint(agent);
    for (const agent of this.moved.heartbeat) yield heartbeatPoint(agent);
  }

  /** The actions invoked since, and whether one may have been so for the first time: not one invoked more often than there were events. */
  *#invokedPoints(): Iterable<Point> {
    const events = this.#model.journal.head.seq - this.seq;
    for (const [action, { seq, invocations }] of this.#model.usage.all()) {
      if (seq <= this.seq) continue;
      yield invokedPoint(action);
      if (invocations <= events) yield IDLE_POINT;
    }
  }

  /** The record of an agent, where that is another now. */
  #recordOf(agent: string | null): AgentRecord | undefined {
    const place = { scope: "_agents", key: agent ?? "" };
    if (agent === null || !this.touched.has(place)) return undefined;
    const then = lastWrite(this.#model, place, this.seq);
    return then && "value" in then ? (then.value as unknown as AgentRecord) : undefined;
  }
}
