import { chainText } from "../kernel/chain.ts";
import type { Checkpoint } from "../storage/checkpoint-store.ts";
import type { LogStore } from "../storage/log-store.ts";

export type Verification =
  | { readonly ok: true; readonly seq: number; readonly chain: string }
  /** `seq` is the first event that does not fit. */
  | { readonly ok: false; readonly seq: number };

/** Events that are walked before others get their turn. */
const EVENTS_PER_SLICE = 500;

/** Walks the log from a checkpoint to its end, and yields after each slice [LOG-6]. */
export function* verifyLog(
  log: LogStore,
  from: Checkpoint,
  digest: (text: string) => string,
): Generator<void, Verification> {
  let { seq, chain } = from;
  for (;;) {
    const events = log.stored(seq, EVENTS_PER_SLICE);
    for (const event of events) {
      const fits = event.seq === seq + 1 && event.chain === digest(chainText(chain, event, event.payload));
      if (!fits) return { ok: false, seq: seq + 1 };
      seq = event.seq;
      chain = event.chain;
    }
    if (events.length < EVENTS_PER_SLICE) return { ok: true, seq, chain };
    yield;
  }
}
