import type { Json, JsonObject } from "../kernel/json.ts";
import { isJsonObject, own } from "../kernel/json.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { LegacyOperation } from "../kernel/migration.ts";
import type { EventDraft, EventKind } from "../kernel/model.ts";
import { EVENT_KINDS } from "../kernel/model.ts";
import { isKey, isPrivateScope, isScope, utf8Bytes } from "../kernel/names.ts";
import type { Row } from "./columns.ts";
import { timeOf, Unreadable, valueIn } from "./columns.ts";
import { EPOCH } from "./definitions.ts";

/** An event that the original system recorded, and when. */
export interface OldEvent {
  readonly draft: EventDraft;
  /** ISO 8601 */
  readonly ts: string;
}

/** The scopes that events of these kinds wrote, by what they say of what was registered. */
const REGISTRIES: Readonly<Record<string, string>> = {
  register_action: "_actions",
  delete_action: "_actions",
  register_view: "_views",
  delete_view: "_views",
  agent_join: "_agents",
  agent_update: "_agents",
  agent_leave: "_agents",
};

const KINDS: ReadonlySet<string> = new Set(EVENT_KINDS);

/**
 * The event that a row of `_audit` is: opaque, since it does not say all that a fold would have to know. A kind that the
 * log has not got becomes `import`: what brought it. Throws {@link Unreadable}.
 */
export function oldEvent(row: Row): OldEvent {
  const recorded = valueIn(row, "value");
  const said = isJsonObject(recorded) ? recorded : {};
  const kind = own(said, "kind");
  const agent = own(said, "agent");
  const draft: EventDraft = {
    kind: typeof kind === "string" && KINDS.has(kind) ? (kind as EventKind) : "import",
    agent: typeof agent === "string" && isPrivateScope(agent) ? agent : null,
    payload: {
      ok: own(said, "ok") !== false,
      ...actionOf(said),
      writes: writesOf(said),
      legacy: recorded,
    },
  };
  return { draft: fitted(draft), ts: timeOf(said, "ts") ?? timeOf(row, "updated_at") ?? EPOCH };
}

function actionOf(said: JsonObject): { action?: string; params?: JsonObject } {
  const [action, params] = [own(said, "action"), own(said, "params")];
  return {
    ...(typeof action === "string" && isKey(action) ? { action } : {}),
    ...(isJsonObject(params) ? { params } : {}),
  };
}

/** What the event says that it wrote. Of messages only which: they are all there. */
function writesOf(said: JsonObject): LegacyOperation[] {
  const effect = own(said, "effect");
  const listed = isJsonObject(effect) ? own(effect, "writes") : undefined;
  const writes = (Array.isArray(listed) ? listed : []).filter(isJsonObject);
  return [
    ...registered(said),
    ...writes.map((write) => operation(own(write, "scope"), own(write, "key"), own(write, "value"))),
  ].filter((found) => found !== null);
}

function registered(said: JsonObject): (LegacyOperation | null)[] {
  const schema = own(said, "schema");
  if (!isJsonObject(schema)) return [];
  const [id, state] = [own(schema, "id"), own(schema, "state")];
  const entries = isJsonObject(state) ? Object.entries(state) : [];
  return [
    operation(REGISTRIES[String(own(said, "kind"))], id),
    ...entries.map(([key, value]) => operation(id, key, value)),
  ];
}

function operation(scope?: Json, key?: Json, value?: Json): LegacyOperation | null {
  const isPlace = typeof scope === "string" && isScope(scope) && typeof key === "string" && isKey(key);
  if (!isPlace || scope === "_audit") return null;
  const told = value === undefined || scope === "_messages" ? {} : { value };
  return { op: "legacy", scope, key, ...told, revision: 0, hash: "" };
}

/** The draft as one that the log can hold: what it says twice is left out first. */
function fitted(draft: EventDraft): EventDraft {
  const { params: _, ...payload } = draft.payload;
  const writes = payload.writes.map(({ scope, key }): LegacyOperation => {
    return { op: "legacy", scope, key, revision: 0, hash: "" };
  });
  const shorter: EventDraft = { ...draft, payload: { ...payload, writes } };
  const fits = ({ payload: stored }: EventDraft) => utf8Bytes(JSON.stringify(stored)) <= LIMITS.eventBytes;
  const found = [draft, shorter].find(fits);
  if (found === undefined) throw new Unreadable("it is larger than an event may be");
  return found;
}
