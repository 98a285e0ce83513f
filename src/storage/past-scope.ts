import type { DeleteOperation, LogEvent, Operation, WriteOperation } from "../kernel/model.ts";
import type { Provenance } from "../kernel/provenance.ts";
import { isWrite } from "../kernel/state.ts";
import type { CheckpointStore } from "./checkpoint-store.ts";
import type { KeyIndex, KeyPosition } from "./key-index.ts";
import { BEYOND } from "./key-index.ts";
import type { LogStore } from "./log-store.ts";
import { PastTimers } from "./past-timers.ts";
import type { Slice } from "./slice.ts";
import type { StateStore } from "./state-store.ts";
import { REGISTRIES, StoredEntry } from "./state-store.ts";

export interface PastScopeParts {
  readonly log: LogStore;
  readonly index: KeyIndex;
  /** The state as of the checkpoint behind which events were forgotten. */
  readonly base: StateStore;
  readonly checkpoint: Pick<CheckpointStore, "get">;
  readonly seq: number;
  /** Whether the event is one of the original system: then what such events tell of a key is shown as what it was. */
  readonly isOpaque?: boolean;
}

/** Where an entry stands in the order of its scope: the event that made it, and which of its writes that was. */
interface Since {
  readonly seq: number;
  readonly at: number;
}

/** An entry with its place, or null where there is none: or not yet, for the event that wrote it is still to be read. */
type Found = { readonly entry: StoredEntry; readonly since: Since } | null;

/** Of what came before the last write the past tells nothing: it is the only one that is looked up [CTX-5]. */
function writtenBy({ seq, agent, payload }: LogEvent): Provenance {
  return { seq, writer: agent, via: payload.action ?? null, writers: [agent], velocity: 1 };
}

const KEYS_PER_PAGE = 500;
/** So many keys are looked at in the index in the time in which one is read. */
const LOOKS_PER_KEY = 4;
/** Events that are read at once, and characters of their payloads. */
const EVENTS_PER_READ = 500;
const CHARS_PER_READ = 128 * 1024;

/**
 * One scope as it was after an event. It can be read in slices, between which the room goes on: the past stays what it
 * was, and only where it is found changes, as old events are folded into the base. So a page of keys is looked up in base
 * and index at once, and what an event wrote that is forgotten before it is read stands in the base.
 */
export class PastScope {
  readonly #parts: PastScopeParts;
  readonly #timers: PastTimers;
  readonly #scope: string;
  readonly #found = new Map<string, Found>();
  readonly #positions: KeyPosition[] = [];

  constructor(parts: PastScopeParts, scope: string) {
    this.#parts = parts;
    this.#timers = new PastTimers(parts);
    this.#scope = scope;
  }

  /** Its entries; those of a registry in order of registration, unless events are forgotten meanwhile. */
  *read(slice: Slice): Generator<void, Map<string, StoredEntry>> {
    const places = this.#placesInBase();
    for (let after: string | null = ""; after !== null; ) {
      const { last, keys }: { last: string | null; keys: number } = this.#page(after, places);
      yield* slice.note(keys);
      after = last;
    }
    yield* this.#writes(slice);
    if (this.#parts.isOpaque) yield* this.#told(slice);
    const entries = new Map<string, StoredEntry>();
    for (const [key, { entry }] of this.#inOrder()) entries.set(key, entry);
    return entries;
  }

  #inOrder(): Iterable<readonly [string, NonNullable<Found>]> {
    for (const [key, found] of this.#found) if (!found) this.#found.delete(key);
    const found = this.#found as ReadonlyMap<string, NonNullable<Found>>;
    if (!REGISTRIES.has(this.#scope)) return found;
    return [...found].sort(([, a], [, b]) => a.since.seq - b.since.seq || a.since.at - b.since.at);
  }

  /** Where the entries of a registry stand among those from before the log. */
  #placesInBase(): ReadonlyMap<string, number> {
    if (!REGISTRIES.has(this.#scope)) return new Map();
    return new Map(this.#parts.base.load(this.#scope).map(([key], at) => [key, at]));
  }

  /** Looks up the keys after one, so many as are read at once: the last of them, or null at the end, and how many were read. */
  #page(after: string, places: ReadonlyMap<string, number>): { last: string | null; keys: number } {
    const { base, index, seq, checkpoint } = this.#parts;
    const { seq: since } = checkpoint.get();
    // Without a checkpoint the base is empty.
    const bound = since > 0 ? base.keyAfter(this.#scope, after, KEYS_PER_PAGE) : null;
    const page = index.positionPage(this.#scope, seq, { after, last: bound ?? BEYOND });
    const last = page.last ?? bound;
    const inBase = since > 0 ? base.between(this.#scope, after, last ?? BEYOND) : [];
    for (const [key, entry] of inBase) {
      const ticked = this.#timers.ticked(entry, since);
      this.#found.set(key, { entry: ticked, since: { seq: 0, at: places.get(key) ?? 0 } });
    }
    for (const position of page.positions) {
      const known = this.#found.get(position.key) ?? null;
      this.#found.set(position.key, position.wrote === null ? this.#moved(position, known) : known);
      this.#positions.push(position);
    }
    return { last, keys: page.looked / LOOKS_PER_KEY + inBase.length };
  }

  /** Reads the last operation of each position's newest write. */
  *#writes(slice: Slice): Generator<void, void> {
    const written = new Map<number, KeyPosition[]>();
    for (const position of this.#positions) {
      const { wrote } = position;
      const others = wrote === null ? [] : written.get(wrote);
      if (others) others.push(position);
      else if (wrote !== null) written.set(wrote, [position]);
    }
    yield* this.#each(written.keys(), slice, (seq, event) => {
      const positions = written.get(seq) ?? [];
      if (event) this.#take(event, positions);
      else for (const position of positions) this.#takeFolded(position);
    });
  }

  /** Takes what an event wrote last to the keys of `positions`. */
  #take(event: LogEvent, positions: readonly KeyPosition[]): void {
    const newest = new Map(positions.map((position) => [position.key, position]));
    const last = new Map<KeyPosition, WriteOperation | DeleteOperation>();
    for (const operation of event.payload.writes) {
      const position = newest.get(operation.key);
      if (position && operation.scope === this.#scope && isWrite(operation)) last.set(position, operation);
    }
    for (const [position, operation] of last) {
      const { key } = position;
      if (operation.op === "delete") this.#found.set(key, null);
      else {
        const since = this.#since(event, operation, this.#found.get(key)?.since);
        this.#found.set(key, this.#moved(position, { entry: this.#entryOf(event, operation), since }));
      }
    }
  }

  /** Takes a key from the base, into which the event that wrote it has been folded since the key was looked up. */
  #takeFolded(position: KeyPosition): void {
    const { base, checkpoint } = this.#parts;
    const entry = base.get(this.#scope, position.key);
    const ticked = entry && this.#timers.ticked(entry, checkpoint.get().seq);
    const since = { seq: 0, at: 0 };
    this.#found.set(position.key, ticked ? this.#moved(position, { entry: ticked, since }) : null);
  }

  /** Reads what old events told of keys last: a value without a revision and a hash, for nothing is known of these. */
  *#told(slice: Slice): Generator<void, void> {
    const last = new Map(this.#positions.map(({ key, touched }) => [key, touched]));
    yield* this.#each(new Set(last.values()), slice, (seq, event) => {
      for (const told of event?.payload.writes ?? []) {
        if (told.op !== "legacy" || told.scope !== this.#scope || last.get(told.key) !== seq) continue;
        if (told.value === undefined) continue;
        const rest = { revision: 0, hash: "", updated_at: event?.ts ?? "" };
        const entry = new StoredEntry(JSON.stringify(told.value), rest, told.value);
        this.#found.set(told.key, { entry, since: { seq, at: 0 } });
      }
    });
  }

  /** Hands over each of these events, oldest first; undefined in place of one that has been forgotten. */
  *#each(
    events: Iterable<number>,
    slice: Slice,
    take: (seq: number, event: LogEvent | undefined) => void,
  ): Generator<void, void> {
    const seqs = [...events].sort((a, b) => a - b);
    for (let from = 0; from < seqs.length; ) {
      const asked = seqs.slice(from, from + EVENTS_PER_READ);
      const { events: found, chars } = this.#parts.log.some(asked, CHARS_PER_READ);
      const known = new Map(found.map((event) => [event.seq, event]));
      const last = found.at(-1)?.seq ?? Number.POSITIVE_INFINITY;
      const read = asked.filter((seq) => seq <= last);
      for (const seq of read) take(seq, known.get(seq));
      from += read.length;
      yield* slice.note(read.length, chars);
    }
  }

  #moved(position: KeyPosition, found: Found): Found {
    if (!found || position.touched === position.wrote) return found;
    return { ...found, entry: this.#timers.moved(this.#scope, found.entry, position) };
  }

  #entryOf(event: LogEvent, operation: WriteOperation): StoredEntry {
    const { value, revision, hash, enabled, timer, cooldown, updated_at = event.ts } = operation;
    return new StoredEntry(
      JSON.stringify(value),
      {
        revision,
        hash,
        updated_at,
        provenance: writtenBy(event),
        ...(enabled === undefined ? {} : { enabled }),
        ...(timer === undefined ? {} : { timer: this.#timers.running(timer, event.seq) }),
        ...(cooldown === undefined ? {} : { cooldown: this.#timers.running(cooldown, event.seq) }),
      },
      value,
    );
  }

  /** Since when an entry has been there without a break; `inBase` is where it stands among those from before the log. */
  #since(event: LogEvent, operation: WriteOperation, inBase: Since | undefined): Since {
    const { scope, key, revision } = operation;
    if (!REGISTRIES.has(scope)) return { seq: event.seq, at: 0 };
    const { seq, writes: found } =
      revision === 1
        ? { seq: event.seq, writes: 1 }
        : this.#parts.index.writesBack(scope, key, event.seq, revision);
    if (found < revision && inBase) return inBase;
    const made = seq === event.seq ? [event] : this.#parts.log.events([seq]);
    const writes = made.flatMap(({ payload }) => payload.writes);
    const ofKey = (write: Operation) => write.scope === scope && write.key === key && isWrite(write);
    const gone = writes.findLastIndex((write) => ofKey(write) && write.op === "delete");
    return { seq, at: writes.findIndex((write, at) => at > gone && ofKey(write)) };
  }
}
