import type { Result } from "../kernel/errors.ts";
import { refuse, succeed } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { AgentRecord } from "../kernel/model.ts";
import { isReservedScope } from "../kernel/names.ts";
import type { ReplayCall } from "../protocol/calls.ts";
import type { Answer, AnswerObject } from "../protocol/serialise.ts";
import { RawJson } from "../protocol/serialise.ts";
import { PastStore } from "../storage/past-store.ts";
import type { Stores } from "../storage/stores.ts";
import type { Usage } from "../storage/usage-store.ts";
import { reachRefusal } from "./compaction.ts";
import { shownMessage } from "./context/messages.ts";
import { actionsPart, agentsPart, shown, viewsPart } from "./context/parts.ts";
import { Derivations } from "./derivations.ts";
import { Inbox } from "./inbox.ts";
import { APPEND_SCOPE, LiveState } from "./live-state.ts";
import type { AgentStatus } from "./presence.ts";
import { Presence } from "./presence.ts";
import { ReadModel } from "./read-model.ts";
import type { Session } from "./session.ts";
import { Timers } from "./timers.ts";

/** Nobody knows who was there in the past: of agents the log tells only who had joined [LOG-7]. */
class PastPresence extends Presence {
  constructor() {
    super({ load: () => [], save: () => undefined }, 0);
  }

  override status(_agent: string, record: AgentRecord): AgentStatus {
    return record.status;
  }
}

/** How often an action was invoked is known as of now only. */
const NO_USAGE = { get: () => undefined, all: () => new Map<string, Usage>() };

/** What is past fires no more. */
export const NO_TIMERS = {
  timed: () => [],
  clocks: () => [],
  putClock: () => undefined,
  removeClock: () => undefined,
};

/** The room as it was after the event `seq`, as the caller may see it, with views at their values then. */
export function readReplay(
  model: ReadModel,
  stores: Stores,
  session: Session,
  { seq, include }: ReplayCall,
): Result<AnswerObject> {
  const found = pastRoom(model, stores, seq);
  if (!found.ok) return found;
  const { past, isOpaque } = found.value;
  const { ts } = past.journal.head;
  return succeed({
    state: stateThen(past, session, include),
    agents: shown(agentsPart(past)),
    actions: shown(actionsPart({ model: past, session, depth: "full", usage: new Map() })),
    views: shown(viewsPart(past)),
    messages: {
      count: past.inbox.count,
      recent: past.inbox.page(null, LIMITS.messagesPerReadDefault).map(shownMessage),
    },
    _replay: {
      seq,
      total: model.journal.head.seq,
      ts: ts === "" ? null : ts,
      opaque: isOpaque ? true : undefined,
    },
  });
}

/** A room of the past, and whether the event that it is as of is one of the original system's, which tell only what they told. */
interface Past {
  readonly past: ReadModel;
  readonly isOpaque: boolean;
}

/** The room after the event `seq`, to read from; or why there is none, or none any more. */
export function pastRoom(model: ReadModel, stores: Stores, seq: number): Result<Past> {
  const { head } = model.journal;
  if (seq > head.seq) {
    return refuse("invalid_request", `The log ends at seq ${head.seq}.`, {
      hint: `GET …/replay/${head.seq} shows the room as it is.`,
      details: { seq: head.seq },
    });
  }
  const unreachable = reachRefusal(model.checkpoint, seq);
  if (unreachable) return unreachable;
  const isOpaque = model.log.events([seq])[0]?.payload.legacy !== undefined;
  return succeed({ past: pastModel(model, stores, seq, isOpaque), isOpaque });
}

/** A room of the past: nothing in it changes, and its clock stands still. */
function pastModel(model: ReadModel, stores: Stores, seq: number, isOpaque: boolean): ReadModel {
  const { index, base, messages } = stores;
  const log = stores.log.until(seq);
  const head = seq === model.checkpoint.seq ? model.checkpoint : log.head();
  const store = new PastStore({
    log,
    index,
    state: stores.state,
    messages,
    base,
    checkpoint: stores.checkpoint,
    seq,
    isOpaque,
  });
  const live = new LiveState(store, new Timers(NO_TIMERS));
  const presence = new PastPresence();
  return new ReadModel({
    live,
    journal: { head, instant: () => head.ts },
    log,
    index,
    base,
    checkpoint: () => model.checkpoint,
    usage: NO_USAGE,
    presence,
    inbox: new Inbox(live, messages, presence),
    derivations: new Derivations(),
    now: () => (head.ts === "" ? 0 : Date.parse(head.ts)),
  });
}

function stateThen(past: ReadModel, { sight }: Session, include: readonly string[]): Answer {
  const state = new Map<string, Answer>();
  const scopes = past.live.scopes().filter((scope) => !isReservedScope(scope) && sight.mayRead(scope));
  for (const scope of [...scopes, ...new Set(include)]) {
    const entries = new Map<string, Answer>();
    for (const key of keysThen(past, scope)) {
      const entry = past.live.entry(scope, key);
      if (!entry) continue;
      const { revision, hash, updated_at } = entry;
      const value =
        scope === "_agents" ? RawJson.of(past.agents.entryValue(key) ?? null) : new RawJson(entry.text);
      entries.set(key, { value, revision, hash, updated_at });
    }
    state.set(scope, entries);
  }
  return state;
}

/** What is shown of a scope; of messages, the newest. */
function keysThen(past: ReadModel, scope: string): readonly string[] {
  if (scope !== APPEND_SCOPE) return past.visibleKeys(scope);
  return past.inbox.numbers(LIMITS.windowEntries).map(String);
}
