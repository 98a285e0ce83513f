import type { Result } from "../kernel/errors.ts";
import { refuse, succeed } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { AgentRecord } from "../kernel/model.ts";
import { isReservedScope } from "../kernel/names.ts";
import type { ReplayCall } from "../protocol/calls.ts";
import type { Answer, AnswerObject } from "../protocol/serialise.ts";
import { RawJson } from "../protocol/serialise.ts";
import { PastStore } from "../storage/past-store.ts";
import { Slice } from "../storage/slice.ts";
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

/** Where a replay is read from, and for whom. */
export interface ReplayReading {
  readonly model: ReadModel;
  readonly stores: Stores;
  readonly session: Session;
  /** Lets the caller in again after others have had their turn. */
  readonly readmit: () => Result<Session>;
}

/**
 * The room as it was after the event `seq`, as the caller may see it, with views at their values then. It is read in
 * slices. Whoever may not read on after one is told nothing, and of a scope that it may not read any more there is none
 * in the answer [LOG-9, AUTH-2, AUTH-11].
 */
export function* readReplay(
  { model, stores, session: first, readmit }: ReplayReading,
  { seq, include }: ReplayCall,
): Generator<void, Result<AnswerObject>> {
  const found = pastRoom(model, stores, seq);
  if (!found.ok) return found;
  const { past, store, isOpaque } = found.value;
  let session = first;
  const steps = stateThen(past, store, () => session, include);
  let step = steps.next();
  for (; !step.done; step = steps.next()) {
    yield;
    const readmitted = readmit();
    const barred = readmitted.ok ? reachRefusal(model.checkpoint, seq) : readmitted;
    if (barred) return barred;
    if (readmitted.ok) session = readmitted.value;
  }
  const { sight } = session;
  const { ts } = past.journal.head;
  return succeed({
    state: new Map([...step.value].filter(([scope]) => isReservedScope(scope) || sight.mayRead(scope))),
    agents: shown(agentsPart(past)),
    actions: shown(actionsPart({ model: past, session, depth: "full", usage: new Map() })),
    views: shown(viewsPart(past)),
    messages: {
      count: past.inbox.count,
      recent: past.inbox.page(null, LIMITS.messagesPerReadDefault, LIMITS.pageChars).map(shownMessage),
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
  /** Its state. */
  readonly store: PastStore;
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
  return succeed({ ...pastModel(model, stores, seq, isOpaque), isOpaque });
}

/** A room of the past: nothing in it changes, and its clock stands still. */
function pastModel(model: ReadModel, stores: Stores, seq: number, isOpaque: boolean) {
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
  const past = new ReadModel({
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
  return { past, store };
}

/** The scopes that the reader may see, and those that it asked for. The whole room is loaded first, for its views to read. */
function* stateThen(
  past: ReadModel,
  store: PastStore,
  session: () => Session,
  include: readonly string[],
): Generator<void, Map<string, Answer>> {
  const slice = new Slice();
  yield* store.loadingAll(slice);
  const { sight } = session();
  const scopes = past.live.scopes().filter((scope) => !isReservedScope(scope) && sight.mayRead(scope));
  const state = new Map<string, Answer>();
  const room = { left: LIMITS.answerChars };
  for (const scope of [...scopes, ...new Set(include)])
    state.set(scope, yield* scopeThen(past, scope, slice, room));
  return state;
}

/**
 * A scope as text, made in slices: fields that are null among its entries' are the room's own. It ends where there is no room
 * left in an answer, which is refused then [HTTP-7].
 */
function* scopeThen(
  past: ReadModel,
  scope: string,
  slice: Slice,
  room: { left: number },
): Generator<void, RawJson> {
  const members: string[] = [];
  for (const key of keysThen(past, scope)) {
    if (room.left <= 0) break;
    const entry = past.live.entry(scope, key);
    if (!entry) continue;
    const { revision, hash, updated_at } = entry;
    const value = scope === "_agents" ? JSON.stringify(past.agents.entryValue(key) ?? null) : entry.text;
    const rest = JSON.stringify({ revision, hash, updated_at }).slice(1);
    const member = `${JSON.stringify(key)}:{"value":${value},${rest}`;
    members.push(member);
    room.left -= member.length;
    yield* slice.note(0, member.length);
  }
  return new RawJson(`{${members.join(",")}}`);
}

/** What is shown of a scope; of messages, the newest. */
function keysThen(past: ReadModel, scope: string): readonly string[] {
  if (scope !== APPEND_SCOPE) return past.visibleKeys(scope);
  return past.inbox.numbers(LIMITS.windowEntries).map(String);
}
