import { LIMITS } from "../../kernel/limits.ts";
import { auditValue } from "../../kernel/sight.ts";
import type { Answer } from "../../protocol/serialise.ts";
import { RawJson } from "../../protocol/serialise.ts";
import type { NumberedMessage } from "../../storage/message-store.ts";
import type { ReadModel } from "../read-model.ts";
import type { Session } from "../session.ts";
import type { Part } from "./parts.ts";

/** The numbers `first` to `last`, none where `last` is the smaller. */
export interface Numbers {
  readonly first: number;
  readonly last: number;
}

/** What a window that ends with `last` shows of numbers that begin with `first`. */
export function windowOf({ first, last }: Numbers): Numbers {
  return { first: Math.max(first, last - LIMITS.windowEntries + 1), last };
}

/** The numbers as keys, in their order. */
export function keysOf({ first, last }: Numbers): string[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => String(first + index));
}

/** Whether a part shows the newest of what is numbered from 1. */
export function isWindow({ scope }: Part): boolean {
  return scope === "_audit" || scope === "_messages";
}

/** The newest events, as far as the reader may see them. */
export function auditPart({ log }: ReadModel, { sight }: Session): Part {
  const show = new Map<string, Answer | undefined>();
  const note = (event: ReturnType<typeof log.newest>[number]) => {
    const visible = sight.event(event);
    show.set(String(event.seq), visible ? RawJson.of(auditValue(visible)) : undefined);
  };
  const shown = (seq: string) => {
    if (!show.has(seq)) log.events([Number(seq)]).forEach(note);
    return show.get(seq);
  };
  return {
    section: "state",
    scope: "_audit",
    name: "state._audit",
    keys() {
      log.newest(LIMITS.windowEntries, LIMITS.answerChars).forEach(note);
      return [...show.keys()].filter((seq) => shown(seq) !== undefined);
    },
    holds: (seq) => shown(seq) !== undefined,
    show: shown,
  };
}

/** The newest messages, as the entries that they are. */
export function messagesPart({ inbox }: ReadModel): Part {
  const values = new Map<string, Answer>();
  const note = ({ seq, ts: _, ...message }: NumberedMessage) =>
    void values.set(String(seq), RawJson.of(message));
  const shown = (seq: string) => {
    const message = values.has(seq) ? undefined : inbox.get(Number(seq));
    if (message) note(message);
    return values.get(seq);
  };
  return {
    section: "state",
    scope: "_messages",
    name: "state._messages",
    keys() {
      inbox.page(null, LIMITS.windowEntries).forEach(note);
      return [...values.keys()];
    },
    holds: (seq) => shown(seq) !== undefined,
    show: shown,
  };
}
