import { chainText } from "../../kernel/chain.ts";
import { valueRefusal } from "../../kernel/invocation.ts";
import type { Json } from "../../kernel/json.ts";
import { canonicalJson } from "../../kernel/json.ts";
import { LIMITS } from "../../kernel/limits.ts";
import type { LogEvent, Operation } from "../../kernel/model.ts";
import { utf8Bytes } from "../../kernel/names.ts";
import type { ParamFault, Ports } from "../../kernel/ports.ts";
import { apply, RunningState } from "../../kernel/state.ts";
import type { EntryLine } from "../../protocol/transfer-lines.ts";
import type { Checkpoint } from "../../storage/checkpoint-store.ts";
import type { Head } from "../../storage/log-store.ts";
import type { StateStore } from "../../storage/state-store.ts";
import { exceededLimit } from "../capacity.ts";
import type { Journal } from "../journal.ts";
import type { LiveState } from "../live-state.ts";
import { APPEND_SCOPE } from "../live-state.ts";
import { schemaFault } from "../params.ts";
import { operationFault } from "./operation-check.ts";

export interface LogFoldParts {
  readonly live: LiveState;
  readonly journal: Journal;
  readonly base: StateStore;
  /** SHA-256 of a text, in hex. */
  readonly digest: (text: string) => string;
  /** No event is later than this instant, ISO 8601. */
  readonly latest: string;
}

/**
 * Folds the log of another room into empty tables. Nothing is taken on trust: each event has to follow the one before
 * it, and each operation has to be one that a room could have done in the state that it meets [IMPORT-2].
 */
export class LogFold {
  readonly #parts: LogFoldParts;
  readonly #ports: Pick<Ports, "hash" | "schemaFault">;
  #head: Head = { seq: 0, ts: "", chain: "" };

  constructor(parts: LogFoldParts) {
    this.#parts = parts;
    this.#ports = {
      hash: (value: Json) => parts.digest(canonicalJson(value)).slice(0, 16),
      schemaFault,
    };
  }

  /** Where the events that were taken in end. */
  get head(): Head {
    return this.#head;
  }

  /** Begins after the events up to a checkpoint, or says why there is none. */
  begin(checkpoint: Checkpoint): ParamFault | null {
    if (checkpoint.ts > this.#parts.latest) return inTheFuture("checkpoint.ts");
    this.#head = checkpoint;
    return null;
  }

  /** Takes an entry of the state as of the checkpoint, or says why it cannot be one. */
  entry(line: EntryLine): ParamFault | null {
    const { live, base } = this.#parts;
    const { seq, ts } = this.#head;
    const operation = { op: "set", ...line } as const;
    const fault = operationFault(operation, { state: live, ts, ports: this.#ports });
    if (fault) return within("entry", fault);
    apply(live, { seq, ts, agent: null, payload: { ok: true, writes: [operation] } });
    const entry = live.entry(line.scope, line.key);
    if (entry && line.scope !== APPEND_SCOPE) base.put(line.scope, line.key, entry);
    return null;
  }

  /** Takes the next event, or says why it cannot be that. */
  event({ chain, ...event }: LogEvent & { readonly chain: string }): ParamFault | null {
    const payload = JSON.stringify(event.payload);
    const fault =
      this.#orderFault(event) ??
      this.#chainFault(event, payload, chain) ??
      payloadFault(event, payload) ??
      this.#writesFault(event);
    if (fault) return fault;
    this.#parts.journal.adopt(event, payload, chain);
    this.#head = { seq: event.seq, ts: event.ts, chain };
    return null;
  }

  /** The limit that the state goes beyond, or null. */
  exceeded(): keyof typeof LIMITS | null {
    return exceededLimit(this.#parts.live);
  }

  #orderFault({ seq, ts, kind, payload }: LogEvent): ParamFault | null {
    const { seq: last, ts: lastTs } = this.#head;
    if (seq !== last + 1) return { path: "seq", problem: `does not follow ${last}` };
    if (ts < lastTs) return { path: "ts", problem: "is earlier than that of the event before" };
    if (ts > this.#parts.latest) return inTheFuture("ts");
    const isFirst = kind === "room_create" || kind === "fork" || kind === "import";
    const isOut = (kind === "room_create" && seq !== 1) || (seq === 1 && !isFirst);
    if (isOut && payload.legacy === undefined) {
      return { path: "kind", problem: "cannot stand there" };
    }
    return null;
  }

  #chainFault(event: LogEvent, payload: string, chain: string): ParamFault | null {
    const expected = this.#parts.digest(chainText(this.#head.chain, event, payload));
    return chain === expected
      ? null
      : { path: "chain", problem: "does not fit the event and the chain before it" };
  }

  #writesFault({ kind, ts, payload }: LogEvent): ParamFault | null {
    const state = new RunningState(this.#parts.live);
    for (const [index, operation] of payload.writes.entries()) {
      const fault =
        kind !== "fork" && kind !== "import" && isBrought(operation)
          ? { path: "updated_at", problem: "is for what a fork or an import brings" }
          : operationFault(operation, { state, ts, ports: this.#ports });
      if (fault) return within(`payload.writes.${index}`, fault);
      state.write(operation);
    }
    return null;
  }
}

function isBrought(operation: Operation): boolean {
  return "updated_at" in operation;
}

function payloadFault({ kind, payload }: LogEvent, text: string): ParamFault | null {
  if (utf8Bytes(text) > LIMITS.eventBytes) {
    return { path: "payload", problem: `has more than ${LIMITS.eventBytes} bytes` };
  }
  if (!payload.ok && payload.writes.length > 0) {
    return { path: "payload.writes", problem: "must be empty where the room refused" };
  }
  if (payload.highest !== undefined && kind !== "fork") {
    return { path: "payload.highest", problem: "is for what a fork brings" };
  }
  const refused = payload.value === undefined ? null : valueRefusal(payload.value, "value");
  return refused && { path: "payload.value", problem: refused.refusal.message };
}

function inTheFuture(path: string): ParamFault {
  return { path, problem: "lies in the future" };
}

function within(path: string, fault: ParamFault): ParamFault {
  return { path: `${path}.${fault.path}`, problem: fault.problem };
}
