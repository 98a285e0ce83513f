import type { Snapshot } from "../../live/snapshot.ts";

/** What could stand at the caret, and where it would stand. */
export interface Completion {
  /** The text that is there of it. */
  readonly from: number;
  readonly options: readonly string[];
}

const ROOTS = ["state", "views", "agents", "actions", "messages", "self", "now", "room"];
const MOST = 12;
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Names that could go on the expression at its caret: roots, scopes, keys, ids, and the fields of values. */
export function completionAt(expression: string, caret: number, snapshot: Snapshot): Completion | null {
  const before = expression.slice(0, caret);
  const path = /(?:[A-Za-z_]\w*|\["[^"]*"\])(?:\.[A-Za-z_]\w*|\["[^"]*"\])*\.?(?:\["[^"]*)?$/.exec(
    before,
  )?.[0];
  if (path === undefined) return null;
  const { parents, partial, isQuoted } = splitPath(path);
  const from = caret - partial.length - (isQuoted ? 2 : 0);
  if (parents.length === 0) return found(ROOTS, partial, from, (name) => name);
  const names = membersOf(snapshot, parents);
  const hasDot = before[from - 1] === ".";
  const written = (name: string) => {
    if (!isQuoted && IDENTIFIER.test(name)) return name;
    return `[${JSON.stringify(name)}]`;
  };
  const completion = found(names, partial, from, written);
  if (!completion || !hasDot) return completion;
  // What is quoted takes the place of the dot, too.
  return completion.options.every((option) => option.startsWith("["))
    ? { ...completion, from: from - 1 }
    : { ...completion, options: completion.options.filter((option) => !option.startsWith("[")) };
}

function found(
  names: readonly string[],
  partial: string,
  from: number,
  written: (name: string) => string,
): Completion | null {
  const wanted = partial.toLowerCase();
  const options = names.filter((name) => name.toLowerCase().startsWith(wanted) && name !== partial);
  return options.length === 0 ? null : { from, options: options.slice(0, MOST).map(written) };
}

interface Split {
  readonly parents: readonly string[];
  readonly partial: string;
  /** Whether the last name is an index that is not closed yet. */
  readonly isQuoted: boolean;
}

function splitPath(path: string): Split {
  const open = /\["([^"]*)$/.exec(path);
  const closed = open ? path.slice(0, open.index) : path;
  const names = [...closed.matchAll(/\["([^"]*)"\]|([A-Za-z_]\w*)/g)].map(
    ([, quoted, name]) => quoted ?? name ?? "",
  );
  if (open) return { parents: names, partial: open[1] ?? "", isQuoted: true };
  if (path.endsWith(".") || path.endsWith("]")) return { parents: names, partial: "", isQuoted: false };
  return { parents: names.slice(0, -1), partial: names.at(-1) ?? "", isQuoted: false };
}

/** The names below a path of names. */
function membersOf(snapshot: Snapshot, [root = "", ...path]: readonly string[]): string[] {
  const { state, views, agents, actions } = snapshot;
  const roots: Readonly<Record<string, unknown>> = {
    state,
    views,
    agents,
    actions,
    messages: { count: 0, unread: 0, directed_unread: 0 },
    room: { id: "", seq: 0 },
  };
  let value: unknown = Object.hasOwn(roots, root) ? roots[root] : undefined;
  for (const name of path) {
    value = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return isRecord(value) ? Object.keys(value) : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
