import { refuseCel } from "../kernel/cel-fault.ts";
import type { Result } from "../kernel/errors.ts";
import { succeed } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { LogEvent } from "../kernel/model.ts";
import type { Sight } from "../kernel/sight.ts";
import type { LogCall } from "../protocol/calls.ts";
import type { Answer, AnswerObject } from "../protocol/serialise.ts";
import { RawJson } from "../protocol/serialise.ts";
import type { ChainedEvent, LogFilter } from "../storage/log-store.ts";
import { reachRefusal } from "./compaction.ts";
import { evaluateText } from "./expressions.ts";
import type { ReadModel } from "./read-model.ts";
import { RoomRoots } from "./roots.ts";
import type { Session } from "./session.ts";

/** What a room tells of itself. */
export function readInfo(model: ReadModel): AnswerObject {
  const room = model.room();
  return {
    id: room?.id,
    created_at: room?.created_at,
    meta: RawJson.of(model.live.entry("_config", "meta")?.value ?? {}),
    join: RawJson.of(model.live.entry("_config", "join")?.value ?? "token"),
    seq: model.journal.head.seq,
    agents: model.live.count("_agents"),
    actions: model.live.count("_actions"),
    views: model.live.count("_views"),
    messages: model.inbox.count,
  };
}

/** Evaluates an expression with the caller's eyes. */
export function readEval(model: ReadModel, session: Session, expression: string): Result<AnswerObject> {
  const roots = new RoomRoots(model, session.sight, { kind: "caller", now: session.now });
  const evaluation = evaluateText(expression, roots, session.account);
  if (!evaluation.ok) return refuseCel(evaluation.fault, "expr");
  return succeed({ expression, value: RawJson.of(evaluation.value) });
}

/** An event as the caller may see it; its chain is for those who see all of it [LOG-6]. */
function eventAnswer(event: ChainedEvent, sight: Sight): AnswerObject | null {
  const visible = sight.event(event);
  if (!visible) return null;
  const { seq, kind, ts, agent, payload } = visible;
  const chain = sight.everything ? event.chain : undefined;
  return { seq, kind, ts, agent, payload: RawJson.of(payload), chain };
}

/**
 * A page of the log as the caller may see it. Refusals of others count against the page's rows, so that a page costs
 * no more than its limit; `next` is the seq to read on after.
 */
export function readLog(model: ReadModel, session: Session, call: LogCall): Result<AnswerObject> {
  const unreachable = reachRefusal(model.checkpoint, call.after);
  if (unreachable) return unreachable;
  if (call.depth === "lean") return succeed(leanPage(model, session, call));
  const filter = { ...call, after: call.after ?? 0 };
  const page = model.log.page(filter);
  const events = page.map((event) => eventAnswer(event, session.sight)).filter((event) => event !== null);
  return succeed({ events, next: nextOf(model, filter, page) });
}

/** The seq to read on after, where there is more: a page ends early where its payloads are large [LOG-12]. */
function nextOf({ log }: ReadModel, filter: LogFilter, page: readonly LogEvent[]): number | undefined {
  const last = page.at(-1)?.seq;
  return last !== undefined && log.isAfter({ ...filter, after: last }) ? last : undefined;
}

/** Events without their values. */
function leanPage(model: ReadModel, { sight }: Session, call: LogCall): AnswerObject {
  const filter = { ...call, after: call.after ?? 0 };
  const page = model.log.leanPage(filter, LIMITS.leanPageChars);
  const events = page.map((event) => leanEvent(event, sight)).filter((event) => event !== null);
  return { events, next: nextOf(model, filter, page) };
}

function leanEvent(event: LogEvent, sight: Sight): AnswerObject | null {
  const visible = sight.event(event);
  if (!visible) return null;
  const { seq, kind, ts, agent } = visible;
  const { ok, action, code, acting, view, writes } = visible.payload;
  const named = writes.map((write) =>
    "hidden" in write ? write : { op: write.op, scope: write.scope, key: write.key },
  );
  return { seq, kind, ts, agent, payload: RawJson.of({ ok, action, code, acting, view, writes: named }) };
}

/** One bundle for a dashboard that cannot hold a socket. */
export function readPoll(model: ReadModel, session: Session): AnswerObject {
  const { sight } = session;
  const resolved = new Map<string, Answer>();
  for (const id of model.views.ids()) {
    const view = model.views.value(id);
    if (view) resolved.set(id, RawJson.of(view.value));
  }
  const available = new Map<string, Answer>();
  for (const id of model.actions.ids(sight))
    available.set(id, model.actions.availability(id, sight).available);
  const agents = new Map<string, Answer>();
  for (const id of model.agents.ids()) agents.set(id, RawJson.of(model.agents.shown(id)));
  const newest = model.log
    .newest(LIMITS.eventsPerPageDefault, LIMITS.pageChars)
    .map((event) => eventAnswer(event, sight));
  return {
    state: pollState(model, sight),
    resolved,
    available,
    audit: newest.filter((event) => event !== null),
    agents,
    seq: model.journal.head.seq,
  };
}

function pollState(model: ReadModel, sight: Sight): Answer[] {
  const rows: Answer[] = [];
  for (const scope of model.live.scopes()) {
    if (scope === "_messages" || !sight.mayRead(scope)) continue;
    for (const key of model.visibleKeys(scope)) {
      const entry = model.live.entry(scope, key);
      if (!entry) continue;
      const { revision, hash, updated_at } = entry;
      const value = new RawJson(
        scope === "_agents" ? JSON.stringify(model.agents.entryValue(key)) : entry.text,
      );
      rows.push({ scope, key, value, revision, hash, updated_at });
    }
  }
  return rows;
}
