import { firstTokens } from "../../kernel/decide/room.ts";
import type { Refusal } from "../../kernel/errors.ts";
import { refuse } from "../../kernel/errors.ts";
import type { Json } from "../../kernel/json.ts";
import { canonicalJson, jsonObject, own } from "../../kernel/json.ts";
import { LIMITS } from "../../kernel/limits.ts";
import type { Operation, Origin, RoomRecord, TokenRecord } from "../../kernel/model.ts";
import { setOperation } from "../../kernel/state.ts";
import type { Reply } from "../../protocol/calls.ts";
import { RawJson, serialise } from "../../protocol/serialise.ts";
import { parseLine } from "../../protocol/transfer-lines.ts";
import type { Stores } from "../../storage/stores.ts";
import { refusalReply } from "../answers.ts";
import type { Journal } from "../journal.ts";
import type { LiveState } from "../live-state.ts";
import { FIELD_OF } from "../membership.ts";
import { openModel } from "../open-model.ts";
import type { RoomHost } from "../ports.ts";

/** What the first event of a fork says beside its writes. */
interface Beginning {
  readonly origin: Origin;
  readonly tokens: readonly TokenRecord[];
}

/**
 * Makes a new room of what another streams: `fork` events, of which the first names the origin and brings the room's own
 * record and tokens, and all bring entries as they were there [FORK-2]. A mark says until the end that it is not done.
 */
export class Fork {
  readonly #stores: Stores;
  readonly #host: RoomHost;
  readonly #id: string;
  readonly #live: LiveState;
  readonly #journal: Journal;
  #beginning: Beginning | undefined;
  #record: RoomRecord | undefined;
  #ts = "";
  #writes: Operation[] = [];
  #highest = jsonObject();
  /** The size of what the next event holds so far, in characters. */
  #chars = 0;
  #entries = 0;
  #isComplete = false;

  constructor(stores: Stores, host: RoomHost, id: string) {
    this.#stores = stores;
    this.#host = host;
    this.#id = id;
    const { model, journal } = openModel(stores, host);
    this.#live = model.live;
    this.#journal = journal;
  }

  get broken(): Refusal {
    return incomplete();
  }

  /** Marks the object as one in which there is no room yet. */
  begin(): null {
    this.#stores.imports.setMark({ creation: null });
    return null;
  }

  /** Takes the next lines in, or says that they are no fork's. */
  take(lines: readonly string[]): Refusal | null {
    return this.#host.transaction(() => (lines.every((line) => this.#line(line)) ? null : incomplete()));
  }

  /** Ends the fork, and answers it as a creation is answered. */
  finish(compact: boolean): Reply {
    const record = this.#record;
    const beginning = this.#beginning;
    if (!this.#isComplete || !record || !beginning) return refusalReply(incomplete());
    this.#host.transaction(() => {
      if (this.#writes.length > 0 || this.#chars > 0) this.#append();
      this.#stores.imports.removeMark();
    });
    const { room, seq: at } = beginning.origin;
    const { seq } = this.#journal.head;
    const { id, created_at, incarnation } = record;
    const setting = (key: string) => RawJson.of(this.#live.entry("_config", key)?.value ?? null);
    const body = { id, created_at, meta: setting("meta"), join: setting("join"), seq };
    const claims = beginning.tokens.map(({ id: token, kind }) => {
      return [FIELD_OF[kind], { id: token, kind, room: id, incarnation }] as const;
    });
    return {
      status: 201,
      body: serialise({ ...body, forked_from: { room, seq: at } }, compact),
      seq,
      tokens: Object.fromEntries(claims),
    };
  }

  #line(text: string): boolean {
    const parsed = parseLine(text);
    if (!parsed.ok || this.#isComplete) return false;
    const { is, line } = parsed.value;
    if (is === "fork") return this.#begin(line.fork, line.ts);
    if (this.#record === undefined) return false;
    if (is === "highest") {
      this.#reach(line.highest);
      this.#chars += text.length;
    } else if (is === "entry") {
      this.#writes.push({ op: "set", ...line.entry });
      this.#chars += text.length;
      this.#entries += 1;
    } else {
      this.#isComplete = is === "end" && line.end.entries === this.#entries;
      return this.#isComplete;
    }
    if (this.#chars >= LIMITS.transferSliceBytes) this.#append();
    return true;
  }

  /** The room begins no earlier than what it is made of. */
  #begin(origin: Origin, ts: string): boolean {
    if (this.#record !== undefined) return false;
    const now = new Date(this.#host.now()).toISOString();
    this.#ts = now < ts ? ts : now;
    const record = { id: this.#id, created_at: this.#ts, incarnation: this.#host.randomId() };
    const hash = (value: Json) => this.#host.digest(canonicalJson(value)).slice(0, 16);
    this.#record = record;
    this.#beginning = { origin, tokens: firstTokens(this.#ts, this.#host) };
    this.#writes = [setOperation(this.#live, hash, { scope: "_config", key: "room", value: record })];
    return true;
  }

  #reach(highest: Readonly<Record<string, number>>): void {
    for (const [scope, number] of Object.entries(highest)) {
      this.#highest[scope] = Math.max(Number(own(this.#highest, scope) ?? 0), number);
    }
  }

  #append(): void {
    const isFirst = this.#journal.head.seq === 0;
    const hasHighest = Object.keys(this.#highest).length > 0;
    const payload = {
      ok: true,
      writes: this.#writes,
      ...(isFirst ? this.#beginning : {}),
      ...(hasHighest ? { highest: this.#highest as Record<string, number> } : {}),
    };
    this.#journal.append({ kind: "fork", agent: null, payload }, this.#ts, () => {});
    this.#writes = [];
    this.#highest = jsonObject();
    this.#chars = 0;
  }
}

/** The room that is forked has gone, or has forgotten what it was to tell. */
function incomplete(): Refusal {
  return refuse("overloaded", "The fork could not be completed: there is no new room.", {
    hint: "Repeat the call.",
  }).refusal;
}
