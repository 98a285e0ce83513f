import { LIMITS } from "../../kernel/limits.ts";
import type { RoomRecord } from "../../kernel/model.ts";
import { EXPORT_VERSION } from "../../protocol/transfer-lines.ts";
import type { Checkpoint } from "../../storage/checkpoint-store.ts";
import type { Head } from "../../storage/log-store.ts";
import { PastStore } from "../../storage/past-store.ts";
import type { Stores } from "../../storage/stores.ts";
import { APPEND_SCOPE } from "../live-state.ts";
import { entryLine, eventLine, jsonLine } from "./line-text.ts";

/** How a stream of pages ends: with all that there was to send, or because what was next has been forgotten. */
export type PagesEnd = "complete" | "overtaken";

/** The text of a stream, made page by page as it is asked for; between two pages the room goes on. */
export type Pages = Generator<string, PagesEnd>;

export interface ExportBounds {
  readonly room: Pick<RoomRecord, "id" | "created_at">;
  /** Where the log begins. */
  readonly start: Checkpoint;
  /** Where the export ends, whatever is appended meanwhile. */
  readonly head: Head;
  /** ISO 8601 */
  readonly now: string;
}

/** Numbers of messages that are looked up at once. */
const NUMBERS_PER_READ = 500;

/** The whole room as lines of JSON, up to the head as of the start [EXPORT-1]. */
export function* exportPages(stores: Stores, { room, start, head, now }: ExportBounds): Pages {
  const from = start.seq + 1;
  yield jsonLine({
    sync: "v8",
    export: EXPORT_VERSION,
    room,
    from,
    to: head.seq,
    ts: now,
  });
  if (start.seq > 0 && (yield* basePages(stores, start)) === "overtaken") return "overtaken";
  for (let last = start.seq; last < head.seq; ) {
    if (stores.checkpoint.get().seq > last) return "overtaken";
    const events = stores.log.slice(last, head.seq, LIMITS.transferSliceBytes);
    last = events.at(-1)?.seq ?? head.seq;
    yield events.map(eventLine).join("");
  }
  yield jsonLine({ head: { seq: head.seq, chain: head.chain } });
  return "complete";
}

/** What forgotten events left behind: the state as of the checkpoint, and the numbers that its scopes have used. */
function* basePages(stores: Stores, checkpoint: Checkpoint): Pages {
  yield jsonLine({ checkpoint });
  yield* highestPages(stores);
  const { base } = stores;
  const isOvertaken = () => stores.checkpoint.get().seq !== checkpoint.seq;
  for (let row = 0; ; ) {
    if (isOvertaken()) return "overtaken";
    const page = base.page(row, LIMITS.transferSliceBytes);
    const last = page.at(-1);
    if (!last) break;
    row = last.row;
    yield page.map(({ scope, key, entry }) => entryLine(scope, key, entry)).join("");
  }
  if (isOvertaken()) return "overtaken";
  const past = new PastStore({ ...stores, seq: checkpoint.seq });
  yield* messagePages(stores, past.highest(APPEND_SCOPE));
  return "complete";
}

/** Messages up to the number `last`: none ever changes, and all stay in the state. Answers how many they are. */
export function* messagePages({ state, messages }: Stores, last: number): Generator<string, number> {
  let text = "";
  let count = 0;
  for (let numbers = messages.numbersAfter(0, NUMBERS_PER_READ, last); numbers.length > 0; ) {
    for (const number of numbers) {
      const entry = state.get(APPEND_SCOPE, String(number));
      if (entry) text += entryLine(APPEND_SCOPE, String(number), entry);
      count += 1;
      if (text.length < LIMITS.transferSliceBytes) continue;
      yield text;
      text = "";
    }
    numbers = messages.numbersAfter(numbers.at(-1) ?? last, NUMBERS_PER_READ, last);
  }
  if (text !== "") yield text;
  return count;
}

/** The numbers that each scope has used, of which its entries need not tell; those of messages follow from them. */
export function* highestPages({ state }: Stores): Generator<string, void> {
  for (let after = ""; ; ) {
    const page = state.highestPage(after);
    const last = page.at(-1);
    if (!last) return;
    after = last.scope;
    const numbers = page.filter(({ scope }) => scope !== APPEND_SCOPE);
    yield jsonLine({ highest: Object.fromEntries(numbers.map(({ scope, highest }) => [scope, highest])) });
  }
}
