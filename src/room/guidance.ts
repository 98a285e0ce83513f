import { builtinHelp, HELP_INDEX } from "../help/texts.ts";
import type { Result } from "../kernel/errors.ts";
import { refuse, succeed } from "../kernel/errors.ts";
import type { Json, JsonObject } from "../kernel/json.ts";
import { isJsonObject, own } from "../kernel/json.ts";
import { suggest } from "../kernel/suggestion.ts";
import type { AnswerObject } from "../protocol/serialise.ts";
import { RawJson } from "../protocol/serialise.ts";
import type { ReadModel } from "./read-model.ts";

const USAGE = 'Invoke help with {"params": {"key": "guide"}} for one of these.';

/** Answers `help`: the list of keys, or one text, a room's own before the built-in one [ACT-13]. */
export function readHelp(
  model: ReadModel,
  params: JsonObject,
  hash: (value: Json) => string,
): Result<AnswerObject> {
  const key = own(params, "key") ?? null;
  if (key === null) {
    const topics = helpTopics(model);
    return succeed({ keys: topics.map((topic) => topic.key), usage: USAGE, topics });
  }
  if (typeof key !== "string") {
    return refuse("invalid_param", "params.key must be a string.", { details: { path: "params.key" } });
  }
  const override = model.visibleEntry("_help", key);
  if (override) return succeed(roomText(model, key, override.value, override.revision, override.hash));
  const text = builtinHelp(key);
  if (text === undefined) {
    const { refusal } = refuse("help_key_not_found", `There is no help on ${JSON.stringify(key)}.`, {
      hint: "Invoke help without key for the list of keys.",
    });
    const unknown = { path: "params.key", from: key, among: helpTopics(model).map((topic) => topic.key) };
    const next = (to: string) => `Invoke help with ${JSON.stringify({ params: { key: to } })}.`;
    return { ok: false, refusal: suggest(refusal, unknown, next) };
  }
  return succeed({
    key,
    content: text,
    hash: hash(text),
    version: hash(text),
    revision: 0,
    source: "builtin",
  });
}

function roomText(model: ReadModel, key: string, value: Json, revision: number, hash: string): AnswerObject {
  const content = isJsonObject(value) ? (own(value, "content") ?? value) : value;
  const event = model.log.lastOfKey("_help", key, "timer");
  const writer = { agent: event?.agent ?? null, action: event?.payload.action ?? null, seq: event?.seq ?? 0 };
  return { key, content: RawJson.of(content), hash, version: hash, revision, source: "room", writer };
}

interface Topic {
  readonly [field: string]: string | null;
  readonly key: string;
  /** What the text is about; null for a text of the room's own. */
  readonly summary: string | null;
  readonly source: "builtin" | "room";
}

function helpTopics(model: ReadModel): Topic[] {
  const builtin = HELP_INDEX.map(({ key, summary }): Topic => {
    return { key, summary, source: model.visibleEntry("_help", key) ? "room" : "builtin" };
  });
  const own = model.visibleKeys("_help").filter((key) => builtinHelp(key) === undefined);
  return [...builtin, ...own.map((key): Topic => ({ key, summary: null, source: "room" }))];
}
