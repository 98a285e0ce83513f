import { canonicalJson } from "../kernel/json.ts";
import type { Entry } from "../kernel/model.ts";
import { StoredEntry } from "../storage/state-store.ts";
import { actionColumns, actionEntry } from "./actions.ts";
import { agentColumns, agentEntry } from "./agents.ts";
import type { Row } from "./columns.ts";
import { textOf } from "./columns.ts";
import { viewColumns, viewEntry } from "./views.ts";

/** What a row says of its entry; the hash follows from the value. */
export type Told = Omit<Entry, "hash">;

/** The tables of the original system beside `state`, and the scope whose entries their rows become. */
export const ENTITY_TABLES = { agents: "_agents", actions: "_actions", views: "_views" } as const;
export type EntityTable = keyof typeof ENTITY_TABLES;
export const ENTITY_NAMES = Object.keys(ENTITY_TABLES) as EntityTable[];

const TABLE_OF: ReadonlyMap<string, EntityTable> = new Map(
  ENTITY_NAMES.map((table) => [ENTITY_TABLES[table], table]),
);

/** The table that held what now are the entries of `scope`, if one did. */
export function entityTable(scope: string): EntityTable | undefined {
  return TABLE_OF.get(scope);
}

/** The column in which a row holds its entry exactly, once that has changed: the others cannot say all of it. */
export const EXACT = "v8_json";

const READERS = { agents: agentEntry, actions: actionEntry, views: viewEntry };
const WRITERS = { agents: agentColumns, actions: actionColumns, views: viewColumns };

export type Digest = (text: string) => string;

/** The entry that a row is, always the same for the same row. Throws {@link Unreadable}. */
export function entryOf(table: EntityTable, row: Row, digest: Digest): readonly [string, StoredEntry] {
  const key = textOf(row, "id") ?? "";
  const exact = textOf(row, EXACT);
  if (exact !== null) {
    const { value, ...rest } = JSON.parse(exact) as Entry;
    return [key, new StoredEntry(JSON.stringify(value), rest, value)];
  }
  const told = READERS[table](row);
  return [key, storedEntry(told, digest)];
}

export function storedEntry({ value, ...rest }: Told, digest: Digest): StoredEntry {
  const hash = digest(canonicalJson(value)).slice(0, 16);
  return new StoredEntry(JSON.stringify(value), { ...rest, hash }, value);
}

/** The columns of an entry's row: the exact one, and the old ones as far as they can say what it is. */
export function columnsOf(
  table: EntityTable,
  entry: Entry,
  clock: (scope: string, key: string) => number,
): Row {
  return { ...WRITERS[table](entry, clock), [EXACT]: exactText(entry) };
}

function exactText(entry: Entry): string {
  const { value, revision, hash, updated_at, enabled, timer, cooldown } = entry;
  return JSON.stringify({ value, revision, hash, updated_at, enabled, timer, cooldown });
}

/** Whether two entries are one and the same. */
export function sameEntry(left: Entry, right: Entry): boolean {
  return exactText(left) === exactText(right);
}
