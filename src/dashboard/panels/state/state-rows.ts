import type { Json } from "../../../client/main.ts";
import type { EntryFacts, Scope, Snapshot } from "../../live/snapshot.ts";
import { keysOf } from "../../live/snapshot.ts";

/** A line of the tree: a scope, or an entry of one that is open. */
export type StateRow =
  | { readonly kind: "scope"; readonly scope: string; readonly count: number; readonly isOpen: boolean }
  | {
      readonly kind: "entry";
      readonly scope: string;
      readonly key: string;
      readonly value: Json;
      readonly facts: EntryFacts | undefined;
    };

/** Scopes that other panels show; they begin closed. */
const REGISTRIES = new Set(["_actions", "_views", "_agents", "_messages", "_config", "_help"]);

export function isClosedAtFirst(scope: string): boolean {
  return REGISTRIES.has(scope);
}

/** A scope that is shown, and the keys of it that were found. */
interface Branch {
  readonly scope: string;
  readonly keys: readonly string[];
  readonly isOpen: boolean;
  /** The number of its line. */
  readonly line: number;
}

/** The tree as lines, each made when it is asked for: of 10,000 a reader sees forty. */
export class StateRows {
  readonly count: number;
  readonly #branches: readonly Branch[];
  readonly #room: Pick<Snapshot, "state" | "facts">;

  /**
   * `toggled` are the scopes that are not as they were at first; a filter opens what it finds, by scope, key, or the text
   * of the value.
   */
  constructor(
    room: Pick<Snapshot, "state" | "facts">,
    toggled: ReadonlySet<string>,
    filter: string,
    texts: EntryTexts,
  ) {
    const wanted = filter.trim().toLowerCase();
    const branches: Branch[] = [];
    let line = 0;
    for (const [scope, entries] of Object.entries(room.state)) {
      const isWhole = scope.toLowerCase().includes(wanted);
      const keys = isWhole ? keysOf(entries) : texts.find(scope, entries, wanted);
      if (keys.length === 0 && (wanted !== "" || isClosedAtFirst(scope))) continue;
      const isOpen = wanted !== "" || isClosedAtFirst(scope) === toggled.has(scope);
      branches.push({ scope, keys, isOpen, line });
      line += 1 + (isOpen ? keys.length : 0);
    }
    this.#room = room;
    this.#branches = branches;
    this.count = line;
  }

  at(line: number): StateRow | undefined {
    const branch = this.#branches.findLast((each) => each.line <= line);
    if (!branch || line >= this.count) return undefined;
    const { scope, keys, isOpen } = branch;
    if (line === branch.line) return { kind: "scope", scope, count: keys.length, isOpen };
    const key = keys[line - branch.line - 1];
    if (key === undefined) return undefined;
    const value = this.#room.state[scope]?.[key] ?? null;
    return { kind: "entry", scope, key, value, facts: this.#room.facts[scope]?.[key] };
  }

  /** The line of a scope, or of an entry that is to be seen under it. */
  lineOf(scope: string, key?: string): number {
    const branch = this.#branches.find((each) => each.scope === scope);
    if (!branch) return 0;
    return branch.line + (branch.isOpen && key !== undefined ? branch.keys.indexOf(key) + 1 : 0);
  }
}

/** What a filter searches, in small letters: an entry's text is made once for as long as its value is the same. */
export class EntryTexts {
  readonly #scopes = new Map<string, Map<string, { readonly value: Json; readonly text: string }>>();

  /** The keys of the entries that hold a text, in their order. */
  find(scope: string, entries: Scope, wanted: string): readonly string[] {
    const texts = this.#scopes.get(scope) ?? new Map();
    this.#scopes.set(scope, texts);
    return keysOf(entries).filter((key) => {
      const value = entries[key] ?? null;
      const known = texts.get(key);
      if (known && Object.is(known.value, value)) return known.text.includes(wanted);
      const text = `${key}\n${textOf(value)}`.toLowerCase();
      texts.set(key, { value, text });
      return text.includes(wanted);
    });
  }
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
