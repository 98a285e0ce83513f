import type { Result } from "../../kernel/errors.ts";
import { refuse, succeed } from "../../kernel/errors.ts";
import { jsonObject } from "../../kernel/json.ts";
import { LIMITS } from "../../kernel/limits.ts";
import { entryNumber } from "../../kernel/order.ts";
import type { Head } from "../../storage/log-store.ts";
import { PastStore } from "../../storage/past-store.ts";
import type { Stores } from "../../storage/stores.ts";
import { reachRefusal } from "../compaction.ts";
import { APPEND_SCOPE } from "../live-state.ts";
import type { Pages } from "./export.ts";
import { highestPages, messagePages } from "./export.ts";
import { entryLine, jsonLine } from "./line-text.ts";

/** The event of a room after which a fork begins: by default its last. */
export function forkPoint(stores: Stores, head: Head, at: number | undefined): Result<Head> {
  const seq = at ?? head.seq;
  if (seq > head.seq) {
    return refuse("invalid_request", `The log ends at seq ${head.seq}.`, { details: { seq: head.seq } });
  }
  const checkpoint = stores.checkpoint.get();
  const unreachable = reachRefusal(checkpoint, seq);
  if (unreachable) return unreachable;
  if (seq > checkpoint.seq && !pastOf(stores, seq)?.get("_config", "room")) return untold(stores, seq);
  return succeed(seq === checkpoint.seq ? checkpoint : stores.log.until(seq).head());
}

/** A room of the original system: its log tells the state from the last event of its import on. */
function untold({ index }: Stores, seq: number) {
  const earliest = index.first("_config", "room") ?? seq;
  return refuse("compacted", `The log does not tell the state of before ${earliest}.`, {
    hint: `Fork at ${earliest} or later.`,
    details: { earliest },
  });
}

/** The state after the event `point` as lines of JSON, entry by entry, with what is left of their timers [FORK-2]. */
export function* forkPages(stores: Stores, room: string, point: Head, head: Head): Pages {
  const { seq, ts, chain } = point;
  yield jsonLine({ fork: { room, seq, chain }, ts });
  const knowsHighest = seq === head.seq || stores.checkpoint.get().seq > 0;
  yield* knowsHighest ? highestPages(stores) : broughtHighest(stores, seq);
  let entries = 0;
  for (const scope of scopesEver(stores)) {
    const numbered = knowsHighest ? 0 : highestOf(stores, scope, seq);
    if (numbered > 0) yield jsonLine({ highest: jsonObject([[scope, numbered]]) });
    const sent = yield* scopePages(stores, seq, scope);
    if (sent === null) return "overtaken";
    entries += sent;
  }
  const lastMessage = pastOf(stores, seq)?.highest(APPEND_SCOPE);
  if (lastMessage === undefined) return "overtaken";
  const messages = yield* messagePages(stores, lastMessage);
  yield jsonLine({ end: { entries: entries + messages } });
  return "complete";
}

/** The state as it was, read from where the log begins now; undefined where that has moved beyond it. */
function pastOf(stores: Stores, seq: number): PastStore | undefined {
  return stores.checkpoint.get().seq > seq ? undefined : new PastStore({ ...stores, seq });
}

function scopesEver({ base, index }: Stores): Set<string> {
  const scopes = new Set([...base.scopes(), ...index.scopes()]);
  scopes.delete(APPEND_SCOPE);
  return scopes;
}

/**
 * The entries of a scope, of a registry in order of registration; answers how many they were, or null where they have
 * been forgotten. What the room is called stays its own. While a large scope is looked up, pages are empty.
 */
function* scopePages(stores: Stores, seq: number, scope: string): Generator<string, number | null> {
  const isOvertaken = () => stores.checkpoint.get().seq > seq;
  if (isOvertaken()) return null;
  const loading = new PastStore({ ...stores, seq }).loading(scope);
  let loaded = loading.next();
  for (; !loaded.done; loaded = loading.next()) {
    yield "";
    if (isOvertaken()) return null;
  }
  let text = "";
  let entries = 0;
  for (const [key, entry] of loaded.value) {
    if (scope === "_config" && key === "room") continue;
    text += entryLine(scope, key, entry);
    entries += 1;
    if (text.length < LIMITS.transferSliceBytes) continue;
    yield text;
    text = "";
  }
  if (text !== "") yield text;
  return entries;
}

/** The highest number that the events up to `seq` tell of a scope's keys, those that were deleted among them. */
function highestOf({ index }: Stores, scope: string, seq: number): number {
  return index.positions(scope, seq).reduce((most, { key }) => Math.max(most, entryNumber(key)), 0);
}

/** The numbers that the room itself has from a fork: its first events tell them. */
function* broughtHighest({ log }: Stores, seq: number): Generator<string, void> {
  for (let after = 0; after < seq; ) {
    const [event] = log.page({ after, limit: 1 });
    if (event?.kind !== "fork" || event.seq > seq) return;
    const { highest } = event.payload;
    if (highest !== undefined) yield jsonLine({ highest });
    after = event.seq;
  }
}
