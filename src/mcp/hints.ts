import type { Json, JsonObject } from "../kernel/json.ts";
import { isJsonObject } from "../kernel/json.ts";
import type { ToolName } from "./tool-names.ts";

/** A call of one of the tools. A token is not among the arguments: it is the caller's to pass. */
export interface ToolCall {
  readonly tool: ToolName;
  readonly arguments: JsonObject;
}

/** Stands in a hint for what its reader has to fill in. */
const OPEN = "…";

/** A hint in terms of the tools, and the first call in it that can be made as it stands. */
export interface ToldHint {
  readonly text: string;
  readonly call: ToolCall | null;
}

/** A call of the API as hints write it: `GET …/context?only=actions`, where `…` or `/rooms/:id` is the room. */
const CALL =
  /\b(GET|POST|PATCH|DELETE) (…|\/templates|\/rooms(?:\/:?[\w.~-]+)?)(\/[\w/.%:~…-]*?)?(?:\?((?:"[^"]*"|[^\s"])+?))?(?: with (\{.*\})(?=\.))?(?=[.,;]?(?:\s|$))/g;

/** An invocation as hints write it: `Invoke help with {"params": {"key": "cel"}}.` */
const INVOCATION = /\bInvoke (\w+) with (\{.*\})(?=\.(?:\s|$))/g;

/** What hints say of HTTP itself, in terms of the tools. */
const PHRASES: readonly (readonly [said: RegExp, instead: string])[] = [
  [/Send Authorization: Bearer <token> with (a|the)/g, "Pass as token $1"],
  [/Send Authorization: Bearer <create token>/g, "Pass a create token as token"],
  [/Idempotency-Key/g, "idempotency_key"],
  [/\b_register_(?:action|view)\b/g, "register"],
];

/**
 * A hint of the API as a caller of tools can follow it [MCP-4]: each call of the API becomes the tool call that does
 * the same; one that no tool does stays, and is said to be the owner's to make by HTTP.
 */
export function toldHint(hint: string): ToldHint {
  let first: ToolCall | null = null;
  const told = (call: ToolCall) => {
    if (!JSON.stringify(call.arguments).includes(OPEN)) first ??= call;
    return written(call);
  };
  let text = hint.replace(CALL, (whole, method: string, base: string, ...parts: (string | undefined)[]) => {
    const [path = "", query = "", body] = parts;
    const room = base === "/rooms" || base === "/templates" ? `${base}${path}` : path;
    const call = toolCall(method, room, query, body);
    if (call === null) return `${whole} (an HTTP call of the room's owner)`;
    return told(call);
  });
  text = text.replace(
    INVOCATION,
    (_, action: string, body: string) => `Call ${told(invocation(action, body))}`,
  );
  for (const [said, instead] of PHRASES) text = text.replace(said, instead);
  return { text, call: first };
}

function written({ tool, arguments: args }: ToolCall): string {
  return Object.keys(args).length === 0 ? tool : `${tool} ${JSON.stringify(args)}`;
}

/** The tool call that does what a call of the API does, or null. `path` is below the room. */
function toolCall(method: string, path: string, query: string, body: string | undefined): ToolCall | null {
  const [first = "", ...rest] = path.split("/").filter((part) => part !== "");
  const [name = "", last] = rest.map(decoded);
  const call = (tool: ToolName, args: Record<string, Json | undefined> = {}): ToolCall => ({
    tool,
    arguments: Object.fromEntries(
      Object.entries(args).filter((entry): entry is [string, Json] => entry[1] !== undefined),
    ),
  });
  switch (`${method} ${first}`) {
    case "POST rooms":
      return call("create_room");
    case "GET templates":
      return call("look", { what: "templates" });
    case "POST agents":
      return call("join", { id: OPEN });
    case "GET context":
      return call("context", contextArguments(query));
    case "GET wait":
      return call("wait", { condition: decoded(query.replace(/^condition=/, "")) });
    case "POST actions":
      return last === "invoke" ? invocation(name, body) : null;
    case "POST eval":
      return call("look", { what: "eval", expr: OPEN });
    case "GET log":
      return call("look", { what: name === "verify" ? "verify" : "log" });
    case "GET history":
      return call("look", { what: "history", scope: name, key: last });
    case "GET replay":
      return call("look", { what: "replay", seq: Number(name) || OPEN });
    case "GET samples":
      return call("look", { what: "samples", view: name });
    case "GET salience":
      return call("look", { what: "salience" });
    default:
      return null;
  }
}

function invocation(action: string, body: string | undefined): ToolCall {
  const params = paramsOf(body);
  if (action === "help") return { tool: "help", arguments: params ?? {} };
  const kind = { _register_action: "action", _register_view: "view" }[action];
  if (kind) return { tool: "register", arguments: { kind, definition: params ?? OPEN } };
  return { tool: "invoke", arguments: { action, ...(params ? { params } : {}) } };
}

function paramsOf(body: string | undefined): JsonObject | null {
  try {
    const parsed: unknown = JSON.parse(body ?? "null");
    return isJsonObject(parsed) && isJsonObject(parsed.params) ? parsed.params : null;
  } catch {
    return null;
  }
}

const LISTS: ReadonlySet<string> = new Set(["only", "expand", "include"]);
const NUMBERS: ReadonlySet<string> = new Set(["since", "budget", "messages_after", "messages_limit"]);

/** A query of context as arguments of the tool. */
export function contextArguments(query: string): JsonObject {
  const args: Record<string, Json> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (LISTS.has(name)) args[name] = value.split(",");
    else if (NUMBERS.has(name)) args[name] = Number(value);
    else args[name] = value === "true" ? true : value;
  }
  return args;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
