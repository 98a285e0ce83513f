import { BUILTINS } from "../kernel/decide/builtins.ts";
import { LIMITS } from "../kernel/limits.ts";
import { agentOf } from "../kernel/model.ts";
import { auditValue } from "../kernel/sight.ts";
import type { ContextShape, Depth, Section } from "../protocol/context-shape.ts";
import { SECTIONS } from "../protocol/context-shape.ts";
import type { Answer, AnswerObject } from "../protocol/serialise.ts";
import { RawJson } from "../protocol/serialise.ts";
import type { NumberedMessage } from "../storage/message-store.ts";
import { StoredEntry } from "../storage/state-store.ts";
import type { Usage, UsageStore } from "../storage/usage-store.ts";
import type { ReadModel } from "./read-model.ts";
import type { Session } from "./session.ts";

/** Scopes that stand in their own sections, or are the room's own business, unless they are asked for [CTX-1]. */
const RESERVED = new Set(["_audit", "_messages", "_actions", "_views", "_agents", "_config", "_help"]);

export function isReservedScope(scope: string): boolean {
  return RESERVED.has(scope);
}

interface Reading {
  readonly model: ReadModel;
  readonly session: Session;
  readonly shape: ContextShape;
  readonly usage: UsageStore;
}

/** Everything that one reader may see, shaped as it asked [CTX-1, CTX-2, CTX-6], and how far it has read messages now. */
export function readContext(reading: Reading): { answer: AnswerObject; read: number } {
  const { model, session, shape } = reading;
  const sections = SECTIONS.filter((section) => wants(shape, section));
  const counts = messageCounts(reading);
  const showsMessages = sections.includes("messages");
  const recent = showsMessages ? model.inbox.page(shape.messages_after, shape.messages_limit) : [];
  const builders: Record<Section, () => Answer> = {
    state: () => stateSection(reading),
    views: () => viewsSection(model),
    agents: () => agentsSection(model),
    actions: () => {
      const { depth } = shape;
      const usage = depth === "usage" ? reading.usage.all() : new Map<string, Usage>();
      return actionsSection({ model, session, depth, usage });
    },
    messages: () => ({ ...counts, recent: recent.map(shownMessage) }),
    self: () => session.sight.agent ?? "",
  };
  const answer: Record<string, Answer> = {};
  for (const section of sections) answer[section] = builders[section]();
  answer.seq = model.journal.head.seq;
  answer._context = {
    sections,
    depth: shape.depth,
    elided: [],
    help: helpKeys(model, counts.directed_unread),
    request: RawJson.of(shape.request),
  };
  return { answer, read: recent.at(-1)?.seq ?? 0 };
}

function wants(shape: ContextShape, section: Section): boolean {
  if (section === "messages" && !shape.messages) return false;
  if (section === "actions" && !shape.actions) return false;
  if (section === "self" || shape.only === null) return true;
  return shape.only.some((name) => name === section || name.startsWith(`${section}.`));
}

function messageCounts({ model, session }: Reading) {
  const reader = agentOf(session.identity);
  const { unread, directed } = reader === null ? { unread: 0, directed: 0 } : model.inbox.unread(reader);
  return { count: model.inbox.count, unread, directed_unread: directed };
}

export function shownMessage(message: NumberedMessage): Answer {
  const { seq, from, kind, body, ts, ...rest } = message;
  const extras = Object.entries(rest).map(([name, value]) => [name, RawJson.of(value)] as const);
  return new Map<string, Answer>([
    ["seq", seq],
    ["from", from],
    ["kind", kind],
    ["body", RawJson.of(body)],
    ...extras,
    ["ts", ts],
  ]);
}

function stateSection(reading: Reading): Answer {
  const { model, session, shape } = reading;
  const { sight } = session;
  const state = new Map<string, Answer>();
  const chosen = shape.only?.filter((name) => name.startsWith("state.")).map((name) => name.slice(6)) ?? [];
  const isChosen = (shown: string, scope: string) =>
    chosen.length === 0 || shape.only?.includes("state") || chosen.includes(shown) || chosen.includes(scope);
  for (const scope of model.live.scopes()) {
    if (RESERVED.has(scope) || !sight.mayRead(scope)) continue;
    const shown = scope === sight.own ? "self" : scope;
    if (isChosen(shown, scope)) state.set(shown, scopeAnswer(model, scope));
  }
  const reserved = new Set([...shape.include, ...chosen].filter((scope) => RESERVED.has(scope)));
  for (const scope of reserved) state.set(scope, reservedScope(reading, scope));
  return state;
}

function scopeAnswer(model: ReadModel, scope: string): Answer {
  if (!model.live.hasGates(scope)) return new RawJson(model.live.text(scope));
  const values = new Map<string, Answer>();
  for (const key of model.visibleKeys(scope)) {
    const entry = model.live.entry(scope, key);
    if (entry instanceof StoredEntry) values.set(key, new RawJson(entry.text));
  }
  return values;
}

function reservedScope({ model, session }: Reading, scope: string): Answer {
  if (scope === "_audit") {
    const events = model.log.newest(LIMITS.windowEntries).map((event) => session.sight.event(event));
    const visible = events.filter((event) => event !== null);
    return new Map(visible.map((event) => [String(event.seq), RawJson.of(auditValue(event))]));
  }
  if (scope === "_messages") {
    const newest = model.inbox.page(null, LIMITS.windowEntries);
    return new Map(newest.map(({ seq, ts: _, ...message }) => [String(seq), RawJson.of(message)]));
  }
  if (scope === "_agents") {
    return new Map(model.agents.ids().map((id) => [id, RawJson.of(model.agents.entryValue(id))]));
  }
  return scopeAnswer(model, scope);
}

export function viewsSection(model: ReadModel): Answer {
  const values = new Map<string, Answer>();
  for (const id of model.views.ids()) {
    const view = model.views.value(id);
    if (view) values.set(id, RawJson.of(view.value));
  }
  return values;
}

export function agentsSection(model: ReadModel): Answer {
  const agents = new Map<string, Answer>();
  for (const id of model.agents.ids()) {
    const shown = model.agents.shown(id);
    if (!shown) continue;
    const { meta, ...fields } = shown;
    agents.set(
      id,
      meta === undefined ? (fields as Answer) : { ...(fields as object), meta: RawJson.of(meta) },
    );
  }
  return agents;
}

interface ActionsReading {
  readonly model: ReadModel;
  readonly session: Session;
  readonly depth: Depth;
  /** By action; needed for the depth `usage` only. */
  readonly usage: ReadonlyMap<string, Usage>;
}

/** Every action that there is: registered ones as the caller may invoke them, then built-ins. */
export function actionsSection(reading: ActionsReading): Answer {
  const actions = new Map<string, Answer>();
  for (const id of reading.model.actions.ids()) actions.set(id, registeredAction(reading, id));
  for (const [id, shown] of BUILTIN_ANSWERS) actions.set(id, shown);
  return actions;
}

/** Built-ins look the same to everyone at any time. */
const BUILTIN_ANSWERS: ReadonlyMap<string, RawJson> = new Map(
  [...BUILTINS].map(([id, { description, params }]) => [
    id,
    RawJson.of({ available: true, enabled: true, description, params, builtin: true }),
  ]),
);

function registeredAction({ model, session, depth, usage }: ActionsReading, id: string): Answer {
  const used = usage.get(id);
  const definition = model.actions.definition(id);
  const { available, enabled } = model.actions.availability(id, session.sight);
  const { description, params, ...rest } = definition ?? {};
  return {
    available,
    enabled,
    description: description ?? null,
    params: params === undefined ? undefined : RawJson.of(params),
    ...(depth === "full" ? fullDefinition(rest) : {}),
    ...(depth === "full" ? { hash: model.live.entry("_actions", id)?.hash ?? "" } : {}),
    ...(depth === "usage"
      ? {
          invocations: used?.invocations ?? 0,
          last_invoked_by: used?.last_invoked_by ?? null,
          last_invoked_at: used?.last_invoked_at ?? null,
        }
      : {}),
  };
}

function fullDefinition(fields: object): Record<string, Answer> {
  const { enabled: _, ...shown } = fields as Record<string, unknown>;
  return Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, RawJson.of(value)]));
}

/** The help keys that matter to this reader now [CTX-6]. */
function helpKeys(model: ReadModel, directedUnread: number): string[] {
  const keys: string[] = [];
  if (model.live.count("_actions") === 0) keys.push("vocabulary_bootstrap");
  if (directedUnread > 0) keys.push("directed_messages");
  if (model.views.value("_contested") !== undefined) keys.push("contested_actions");
  return keys;
}
