/** What stands for one word in a hint of the room: a name, or a placeholder such as `:id`. */
type Translation = readonly [call: RegExp, command: (...parts: string[]) => string];

/** A room that is made is no room that was chosen. */
const CREATE = "create";

/** Calls as hints of the room name them, and the commands that make them. The first that fits a place stands. */
const CALLS: readonly Translation[] = [
  [/GET …\/context(?:\?(\S*[^\s.,;:]))?/g, (query) => `context${contextOptions(query)}`],
  [/GET …\/wait(?:\?condition=…)?(?!\?)/g, () => "wait <condition>"],
  [/GET …\/wait\?condition=(.+?)(?=\.?$|\. [A-Z])/g, (condition) => `wait ${quoted(decoded(condition))}`],
  [/GET …\/replay\/([\w:]+)/g, (seq) => `replay ${seq}`],
  [/GET …\/samples\/([\w:.@%-]*\w)/g, (view) => `samples ${quoted(decoded(view))}`],
  [
    /GET …\/history\/([\w:.@-]+)\/([\w:.@%-]*\w)/g,
    (scope, key) => `history ${scope} ${quoted(decoded(key))}`,
  ],
  [/POST …\/migration with \{"to":"(\w+)"\}/g, (phase) => `migrate ${phase}`],
  [/(?<=migrate \w+` or )\{"to":"(\w+)"\}/g, (phase) => `migrate ${phase}`],
  [/GET …\/tokens/g, () => "tokens list"],
  [/GET …\/(log|salience|migration|export)\b/g, (name) => name],
  [/POST …\/actions\/_register_(action|view)\/invoke/g, (kind) => `register ${kind} <definition>`],
  [
    /POST …\/actions\/([\w:.@-]+)\/invoke with (\{.*?\})(?=\.(?:\s|$))/g,
    (action, body) => invocation(action, body),
  ],
  [/POST …\/actions\/([\w:.@-]+)\/invoke/g, (action) => `invoke ${action}`],
  [/POST …\/agents with it/g, () => "join <agent>"],
  [/POST …\/agents/g, () => "join <agent>"],
  [/POST \/rooms(?![\w/])/g, () => CREATE],
  [/GET \/(templates)\b/g, (name) => name],
  [/GET \/health/g, () => "health"],
  [/Invoke help without key for/g, () => "guide"],
  [/Invoke ([\w:.@-]+) with (\{.*?\})(?=\.(?:\s|$))/g, (action, body) => invocation(action, body)],
  [/Fork at (\d+) or later/g, (seq) => `fork --at ${seq}`],
  [/Read from after=(\d+)/g, (seq) => `log --after ${seq}`],
];

export interface Hint {
  /** The room's sentence, with commands in place of HTTP calls. */
  readonly text: string;
  /** The first command that it names. */
  readonly command: string | undefined;
}

/** `sync` with the options that choose the room, and with those that choose its server. */
export interface HintPrefixes {
  readonly room: string;
  readonly server: string;
}

/** The room's hint as a shell's user can follow it. */
export function translateHint(hint: string, prefixes: HintPrefixes): Hint {
  const commands: { at: number; command: string }[] = [];
  let text = hint;
  for (const [call, command] of CALLS) {
    text = text.replace(call, (...match) => {
      const parts = match.slice(1, -2).map((part) => String(part ?? ""));
      const words = command(...parts);
      const made = `${words === CREATE ? prefixes.server : prefixes.room} ${words}`;
      commands.push({ at: Number(match.at(-2)), command: made });
      return `\`${made}\``;
    });
  }
  const first = commands.sort((a, b) => a.at - b.at)[0]?.command;
  return { text, command: first?.includes("<") ? undefined : first };
}

/** `only=actions&depth=full` as options. */
function contextOptions(query: string | undefined): string {
  return [...new URLSearchParams(query)]
    .map(([name, value]) => ` --${name.replaceAll("_", "-")} ${quoted(value)}`)
    .join("");
}

/** A condition stands in a URL, where it was made; where it was written by hand, it may stand as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** An invocation with a body as the room writes it, `{"params": {…}}`. */
function invocation(action: string, body: string): string {
  const params = paramsOf(body);
  if (params === null) return `invoke ${action} <params>`;
  if (action === "help") return `guide ${params.key ?? ""}`.trim();
  return `invoke ${action} ${quoted(JSON.stringify(params))}`;
}

/** Null where a text of an agent's, in the middle of it, looked like its end. */
function paramsOf(body: string): { readonly key?: string } | null {
  try {
    return (JSON.parse(body) as { params?: { key?: string } }).params ?? {};
  } catch {
    return null;
  }
}

/** A text as one word of a shell. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
