import type { ErrorCode, Refusal } from "../../kernel/errors.ts";
import { refuse } from "../../kernel/errors.ts";
import type { Json } from "../../kernel/json.ts";
import { canonicalJson, isJsonObject } from "../../kernel/json.ts";
import { LIMITS } from "../../kernel/limits.ts";
import type { EventPayload, Origin, TokenRecord } from "../../kernel/model.ts";
import type { ParamFault } from "../../kernel/ports.ts";
import { setOperation } from "../../kernel/state.ts";
import type { Caller, Reply } from "../../protocol/calls.ts";
import { serialise } from "../../protocol/serialise.ts";
import type { TransferLine } from "../../protocol/transfer-lines.ts";
import { parseLine } from "../../protocol/transfer-lines.ts";
import type { StoredEvent } from "../../storage/log-store.ts";
import type { Stores } from "../../storage/stores.ts";
import { refusalReply } from "../answers.ts";
import type { Journal } from "../journal.ts";
import type { LiveState } from "../live-state.ts";
import { APPEND_SCOPE } from "../live-state.ts";
import { openModel } from "../open-model.ts";
import type { RoomHost } from "../ports.ts";
import { invalidToken, unauthenticated } from "../session.ts";
import { LogFold } from "./log-fold.ts";

/** The clocks of two servers differ by less. */
const CLOCK_SKEW_MS = 60_000;

type Header = Extract<TransferLine, { is: "sync" }>["line"];

/** What may come next in an export. */
type Stage = "header" | "checkpoint" | "base" | "events" | "over";

const CANNOT_STAND_THERE: ParamFault = { path: "", problem: "cannot stand there in an export" };

/**
 * Takes an export into a room that has no event but its own creation. The log lands as it is, line by line; until the
 * last, a mark in the tables says that it is not done, and what the room goes back to [IMPORT-1].
 */
export class Import {
  readonly #stores: Stores;
  readonly #host: RoomHost;
  readonly #live: LiveState;
  readonly #journal: Journal;
  readonly #fold: LogFold;
  readonly #creation: StoredEvent;
  #header: Header | undefined;
  #stage: Stage = "header";
  #lines = 0;

  constructor(stores: Stores, host: RoomHost, creation: StoredEvent) {
    this.#stores = stores;
    this.#host = host;
    this.#creation = creation;
    const { model, journal } = openModel(stores, host);
    this.#live = model.live;
    this.#journal = journal;
    this.#fold = new LogFold({
      live: model.live,
      journal,
      base: stores.base,
      digest: host.digest,
      latest: new Date(host.now() + CLOCK_SKEW_MS).toISOString(),
    });
  }

  get broken(): Refusal {
    return this.#refusal({ path: "", problem: "was the last that came, and no end of an export" });
  }

  /** Marks the room as one that is being imported into, and empties its tables. */
  begin(): null {
    const { imports } = this.#stores;
    return this.#host.transaction(() => {
      imports.setMark({ creation: this.#creation });
      imports.empty();
      return null;
    });
  }

  /** Takes the next lines in, or says why one cannot be. After a refusal the import is of no more use. */
  take(lines: readonly string[]): Refusal | null {
    return this.#host.transaction(() => {
      for (const text of lines) {
        this.#lines += 1;
        const line = parseLine(text);
        const fault = line.ok ? this.#line(line.value) : line.fault;
        if (fault) return this.#refusal(fault);
      }
      const limit = this.#fold.exceeded();
      return limit && this.#tooLarge(limit);
    });
  }

  /** Ends the import with the event that tells of it, and answers it: or says what is missing [IMPORT-3]. */
  finish(compact: boolean): Reply {
    const header = this.#header;
    if (header === undefined || this.#stage !== "over") return refusalReply(this.broken);
    const { seq: last, chain } = this.#fold.head;
    const origin: Origin = { room: header.room.id, seq: last, chain };
    const { value, tokens } = this.#created();
    const hash = (json: Json) => this.#host.digest(canonicalJson(json)).slice(0, 16);
    const write = setOperation(this.#live, hash, { scope: "_config", key: "room", value });
    const payload = { ok: true, writes: [write], tokens, origin };
    const now = this.#journal.instant(this.#host.now());
    const { seq } = this.#journal.append({ kind: "import", agent: null, payload }, now, () => {
      this.#stores.imports.removeMark();
    });
    const entries = this.#live.size().entries + this.#live.count(APPEND_SCOPE);
    const events = last - header.from + 1;
    const answer = { imported: true, seq, events, entries, origin: { ...origin } };
    return { status: 200, body: serialise(answer, compact), seq };
  }

  /** What the room that is imported into is, and the tokens that it was created with. */
  #created(): { value: Json; tokens: readonly TokenRecord[] } {
    const { writes, tokens = [] } = JSON.parse(this.#creation.payload) as EventPayload;
    const record = writes.find(({ scope, key }) => scope === "_config" && key === "room");
    return { value: record && "value" in record ? record.value : null, tokens };
  }

  #line({ is, line }: TransferLine): ParamFault | null {
    switch (is) {
      case "sync":
        return this.#begin(line);
      case "checkpoint":
        return this.#checkpoint(line.checkpoint);
      case "highest":
        return this.#stage === "base" ? this.#reach(line.highest) : CANNOT_STAND_THERE;
      case "entry":
        return this.#stage === "base" ? this.#fold.entry(line.entry) : CANNOT_STAND_THERE;
      case "seq":
        if (this.#stage !== "base" && this.#stage !== "events") return CANNOT_STAND_THERE;
        this.#stage = "events";
        return this.#fold.event(line);
      case "head":
        return this.#end(line.head);
      default:
        return CANNOT_STAND_THERE;
    }
  }

  #begin(header: Header): ParamFault | null {
    if (this.#stage !== "header") return CANNOT_STAND_THERE;
    if (header.to < header.from) return { path: "to", problem: "is before from" };
    this.#header = header;
    this.#stage = header.from === 1 ? "events" : "checkpoint";
    return null;
  }

  #checkpoint(checkpoint: { seq: number; ts: string; chain: string }): ParamFault | null {
    if (this.#stage !== "checkpoint" || checkpoint.seq + 1 !== this.#header?.from) return CANNOT_STAND_THERE;
    this.#stage = "base";
    this.#stores.checkpoint.set(checkpoint);
    return this.#fold.begin(checkpoint);
  }

  #reach(highest: Readonly<Record<string, number>>): null {
    for (const [scope, number] of Object.entries(highest)) this.#live.reach(scope, number);
    return null;
  }

  #end({ seq, chain }: { seq: number; chain: string }): ParamFault | null {
    const { head } = this.#fold;
    if (this.#stage !== "events" || seq !== this.#header?.to) return CANNOT_STAND_THERE;
    if (head.seq !== seq) return { path: "head.seq", problem: `is not the last that came: ${head.seq}` };
    if (head.chain !== chain) return { path: "head.chain", problem: "is not that of the last event" };
    this.#stage = "over";
    return null;
  }

  /** What is wrong with a line, with its number and the seq of the event that was next. */
  #refusal({ path, problem }: ParamFault): Refusal {
    return this.#refuse("invalid_request", `${path === "" ? "It" : path} ${problem}.`, { path });
  }

  #tooLarge(limit: keyof typeof LIMITS): Refusal {
    return this.#refuse("too_large", `The room would hold more than ${LIMITS[limit]} ${limit}.`, { limit });
  }

  #refuse(code: ErrorCode, sentence: string, details: Record<string, Json>): Refusal {
    const { refusal } = refuse(code, `Line ${this.#lines} of the import is refused. ${sentence}`, {
      hint: "Send what GET …/export answered, unchanged. The room is as it was created.",
      details: { line: this.#lines, seq: this.#fold.head.seq + 1, ...details },
    });
    return refusal;
  }
}

/** What whoever has a token of a room is told while it is being imported into; it looks absent to all others. */
export function importing({ claims }: Caller, creation: StoredEvent): Reply {
  const { writes } = JSON.parse(creation.payload) as EventPayload;
  const isOwn = writes.some((write) => {
    const value = "value" in write && isJsonObject(write.value) ? write.value : {};
    return write.scope === "_config" && write.key === "room" && value.incarnation === claims?.incarnation;
  });
  if (isOwn) return beingImported();
  return refusalReply((claims === null ? unauthenticated() : invalidToken()).refusal);
}

export function beingImported(): Reply {
  const conflict = refuse("phase_conflict", "The room is being imported into.", {
    hint: "Repeat the call when the import has been answered.",
  });
  return refusalReply(conflict.refusal);
}

/** Puts a room back as it was created, where an import into it did not come to its end. */
export function restoreCreation(stores: Stores, host: RoomHost, creation: StoredEvent): void {
  host.transaction(() => {
    stores.imports.empty();
    openModel(stores, host).journal.restore(creation);
    stores.imports.removeMark();
  });
}
