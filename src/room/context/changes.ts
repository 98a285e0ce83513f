import type { Result } from "../../kernel/errors.ts";
import { succeed } from "../../kernel/errors.ts";
import { LIMITS } from "../../kernel/limits.ts";
import { compareKeys } from "../../kernel/order.ts";
import { wants } from "../../protocol/context-shape.ts";
import type { Answer } from "../../protocol/serialise.ts";
import { RawJson } from "../../protocol/serialise.ts";
import { VIEW_DERIVATION } from "../views.ts";
import { VOCABULARY } from "../vocabulary.ts";
import type { Reading, Selection } from "./context.ts";
import { Earlier } from "./earlier.ts";
import type { Part } from "./parts.ts";
import { SALIENCE, scopeName } from "./parts.ts";
import { sinceRefusal } from "./since.ts";
import { isWindow, keysOf, windowOf } from "./windows.ts";

/** What became different since an earlier answer [CTX-3]. */
export interface Changes {
  /** Of each part in which anything may look different, the members that may, as far as they are there now. */
  readonly parts: Selection["parts"];
  /** The names of what is not there any more; undefined where nothing is gone. */
  readonly deleted: Answer | undefined;
  /** Of what stands in order of registration and may be new, what it stands before; undefined where nothing may be. */
  readonly before: Answer | undefined;
  /** The number of the last message that there was then. */
  readonly lastMessage: number;
}

/** What became different for this reader since the event `since`, in the parts that it reads. */
export function changesSince(reading: Reading, parts: readonly Part[], since: number): Result<Changes> {
  const refusal = sinceRefusal(reading.model, since);
  if (refusal) return refusal;
  if (since > 0) return succeed(new Comparison(reading, parts, since).changes());
  // Before its first event nobody was shown anything.
  return succeed({
    parts: parts.map((part) => ({ part })),
    deleted: undefined,
    before: undefined,
    lastMessage: 0,
  });
}

/** A part with the members that may look different, and those that are gone. */
interface ChangedPart {
  readonly part: Part;
  /** Those that are there, in their order; undefined for all. */
  readonly keys: readonly string[] | undefined;
  readonly gone: readonly string[];
}

/**
 * Compares what a reader is shown with what it was shown when the log ended with `since`, without showing either: what no
 * event has touched, and what reads nothing that has changed, looks the same.
 */
class Comparison {
  readonly #reading: Reading;
  readonly #parts: readonly Part[];
  readonly #earlier: Earlier;

  constructor(reading: Reading, parts: readonly Part[], since: number) {
    this.#reading = reading;
    this.#parts = parts;
    this.#earlier = new Earlier(reading.model, reading.session, since);
  }

  changes(): Changes {
    const affected = this.#affected();
    const changed = this.#parts.map((part) => this.#changedPart(part, affected.get(part)));
    const told = changed.map((each) => (this.#isEmptyNow(each) ? { ...each, keys: undefined } : each));
    return {
      parts: told.map(({ part, keys }) => (keys === undefined ? { part } : { part, keys })),
      deleted: this.#deleted(changed),
      before: this.#before(changed),
      lastMessage: this.#earlier.lastMessage,
    };
  }

  /** By part, the members of which some derivation reads what has changed, or the clock. */
  #affected(): Map<Part, string[]> {
    const { derivations } = this.#reading.model;
    const sources = this.#parts.map((part) => [part, [...this.#sources(part)]] as const);
    const readers = derivations.readersOf(this.#earlier.points());
    const isAffected = (id: string) => readers.has(id) || derivations.volatility(id).now;
    return new Map(
      sources.map(([part, members]) => {
        return [part, members.filter(([, id]) => isAffected(id)).map(([key]) => key)];
      }),
    );
  }

  /** The derivations that the members of a part come from, evaluated: what was read now says what could differ. */
  *#sources(part: Part): Iterable<readonly [key: string, derivation: string]> {
    const { model, session } = this.#reading;
    if (part.section === "views") {
      for (const key of model.views.ids()) for (const id of model.views.sources(key)) yield [key, id];
      if (session.sight.agent === null) return;
      model.vocabulary.value();
      yield [VOCABULARY, VIEW_DERIVATION + VOCABULARY];
    }
    if (part.section === "actions") {
      const { actions } = model;
      for (const key of actions.registered()) {
        actions.availability(key, session.sight);
        yield [key, actions.availabilityId(key, session.sight)];
        yield [key, actions.enabledId(key, session.sight)];
      }
    }
    if (part.scope !== undefined && !isWindow(part)) yield* model.gates(part.scope);
  }

  #changedPart(part: Part, affected: readonly string[] = []): ChangedPart {
    const isNews = part.scope !== undefined && !this.#earlier.sight.mayRead(part.scope);
    if (isNews) return { part, keys: undefined, gone: [] };
    if (isWindow(part)) return this.#changedWindow(part);
    const scope = entriesOf(part);
    const members = new Set([...this.#earlier.touched.of(scope), ...affected, ...this.#others(part)]);
    const keys = isRegistry(part)
      ? part.keys().filter((key) => members.has(key))
      : [...members].sort(compareKeys);
    const gone = [...members].filter((key) => !part.holds(key) && this.#earlier.held({ scope, key }));
    return { part, keys: keys.filter((key) => part.holds(key)), gone: gone.sort(compareKeys) };
  }

  /** Members that may look different though nothing has touched or affected them. */
  #others(part: Part): Iterable<string> {
    const { shape, model, session } = this.#reading;
    const { moved, touched, seq: since } = this.#earlier;
    // What deserves attention is another thing from one read to the next.
    if (part.section === "views") return session.sight.agent === null ? [] : [SALIENCE];
    if (entriesOf(part) === "_agents") return [...moved.presence, ...moved.heartbeat];
    if (part.section !== "actions" || (shape.depth !== "usage" && !shape.meta)) return [];
    // What is told of an action says which others write the same: a definition that changed may be one of them.
    if (shape.meta && touched.of("_actions").size > 0) return model.actions.registered();
    return [...model.usage.all()].flatMap(([action, { seq }]) => (seq > since ? [action] : []));
  }

  /** A window moves on: what was before it is gone. Events look different where other scopes may be read. */
  #changedWindow(part: Part): ChangedPart {
    const { model, session } = this.#reading;
    const { seq, sight } = this.#earlier;
    const isAudit = part.scope === "_audit";
    if (!isAudit) return this.#changedMessages(part);
    const then = windowOf({ first: 1, last: seq });
    const now = windowOf({ first: model.checkpoint.seq + 1, last: model.journal.head.seq });
    const isOther = sight !== session.sight;
    const from = isOther ? now.first : Math.max(then.last + 1, now.first);
    const keys = keysOf({ first: from, last: now.last }).filter((key) => part.holds(key));
    const gone = keysOf({ first: then.first, last: Math.min(then.last, now.first - 1) });
    return { part, keys, gone };
  }

  #changedMessages(part: Part): ChangedPart {
    const { inbox } = this.#reading.model;
    const then = inbox.numbers(LIMITS.windowEntries, this.#earlier.lastMessage);
    const now = inbox.numbers(LIMITS.windowEntries);
    const [first = 0] = now;
    return {
      part,
      keys: now.filter((number) => number > this.#earlier.lastMessage).map(String),
      gone: then.filter((number) => number < first).map(String),
    };
  }

  /** Whether a part is a scope that may be new and shows nothing: that it is there is to be told all the same. */
  #isEmptyNow({ part, keys }: ChangedPart): boolean {
    if (part.section !== "state" || isWindow(part) || keys?.length !== 0) return false;
    return this.#earlier.touched.of(entriesOf(part)).size > 0 && part.keys().length === 0;
  }

  #deleted(changed: readonly ChangedPart[]): Answer | undefined {
    const gone = (section: string) =>
      changed.flatMap(({ part, gone: keys }) =>
        part.section === section && keys.length > 0 ? [[part.name, keys] as const] : [],
      );
    const state = gone("state").map(([name, keys]) => [name.slice("state.".length), keys] as const);
    const scopes = this.#goneScopes();
    const named: (readonly [string, Answer])[] = [
      ...(state.length > 0 ? [["state", new Map(state)] as const] : []),
      ...(scopes.length > 0 ? [["scopes", scopes] as const] : []),
      ...["views", "actions", "agents"].flatMap((section) => gone(section)),
    ];
    return named.length > 0 ? new Map(named) : undefined;
  }

  /** The scopes that were shown and are empty by now, or may not be read any more, as the reader knew them. */
  #goneScopes(): string[] {
    const { model, session, shape } = this.#reading;
    const { touched, sight, lost } = this.#earlier;
    if (!wants(shape, "state")) return [];
    const emptied = [...touched.scopes].filter((scope) => {
      if (model.live.count(scope) > 0 || !sight.mayRead(scope) || !session.sight.mayRead(scope)) return false;
      return [...touched.of(scope)].some((key) => this.#earlier.held({ scope, key }));
    });
    const names = [...emptied, ...lost].map((scope) => scopeName(scope, session, shape));
    return names.filter((name) => name !== null).sort(compareKeys);
  }

  #before(changed: readonly ChangedPart[]): Answer | undefined {
    const named = changed.flatMap(({ part, keys }) => {
      const places = isRegistry(part) ? this.#placesOf(part, keys ?? []) : [];
      return places.length > 0 ? [[part.name, RawJson.of(Object.fromEntries(places))] as const] : [];
    });
    return named.length > 0 ? new Map(named) : undefined;
  }

  /** Of members that may be new, or stand elsewhere than before, the next that surely stood there; null for the end. */
  #placesOf(part: Part, keys: readonly string[]): (readonly [key: string, next: string | null])[] {
    const { views, actions } = this.#reading.model;
    const touched = this.#earlier.touched.of(entriesOf(part));
    const comesAndGoes = (key: string) =>
      part.section === "views" ? views.isConditional(key) : actions.definition(key)?.enabled !== undefined;
    const moved = new Set(keys.filter((key) => touched.has(key) || comesAndGoes(key)));
    const places: (readonly [string, string | null])[] = [];
    let next: string | null = null;
    for (const key of moved.size > 0 ? part.keys().toReversed() : []) {
      if (moved.has(key)) places.push([key, next]);
      else if (part.holds(key)) next = key;
    }
    return places.reverse();
  }
}

/** The scope whose entries the members of a part are. */
function entriesOf({ section, scope }: Part): string {
  return scope ?? `_${section}`;
}

/** Whether the members of a part stand in order of registration; others stand in the order of their keys [ROOM-4]. */
function isRegistry(part: Part): boolean {
  return entriesOf(part) === "_actions" || entriesOf(part) === "_views";
}
