import type { LogEvent } from "../src/kernel/model.ts";
import type { Delivered } from "./doors.ts";
import type { Faults } from "./faults.ts";
import type { Heard } from "./heard.ts";
import { hear } from "./heard.ts";
import type { Asked, Ledger } from "./ledger.ts";

type Accepted = Extract<Heard, { outcome: "accepted" }>;

/** What became of calls that were delivered more than once. */
export class Twins {
  readonly #ledger: Ledger;
  readonly #faults: Faults;
  readonly #done = new Set<string>();
  /** The seqs with which deliveries of each call without a key were accepted. */
  readonly #keyless = new Map<string, number[]>();
  /** Deliveries that were answered as another was. */
  replayed = 0;
  refused = 0;

  constructor(ledger: Ledger, faults: Faults) {
    this.#ledger = ledger;
    this.#faults = faults;
  }

  /** How many invocations calls without a key were. */
  get keyless(): number {
    return [...this.#keyless.values()].flat().length;
  }

  /** All deliveries of a call with a key, of one moment: at most one does it, the others are told the same [ACT-9]. */
  take(asked: Asked, deliveries: readonly Delivered[]): void {
    const accepted = deliveries.flatMap((delivery) => this.#accepted(asked.mark, delivery) ?? []);
    const anew = accepted.filter(({ replayed }) => !replayed);
    const wasDone = this.#done.has(asked.mark);
    if (anew.length !== (wasDone || accepted.length === 0 ? 0 : 1))
      this.#faults.add("doubled", `[ACT-9] ${asked.mark} is done ${anew.length} times at once`);
    if (wasDone && accepted.length < deliveries.length)
      this.#faults.add("other", `[ACT-9] ${asked.mark}, which is done, is refused`);
    const [first] = anew;
    if (first && !wasDone) {
      this.#ledger.accept(asked, first.promised);
      this.#done.add(asked.mark);
    }
    for (const { promised, replayed } of accepted) {
      if (!replayed) continue;
      this.replayed += 1;
      this.#ledger.repeat(asked, promised, replayed);
    }
  }

  /** A call that may have been done when it was delivered before and its answer was lost: then it is told again. */
  takeRepeat(asked: Asked, deliveries: readonly Delivered[]): void {
    for (const delivery of deliveries) {
      const accepted = this.#accepted(asked.mark, delivery);
      if (accepted) this.#ledger.accept(asked, accepted.promised);
    }
  }

  /** All deliveries of a call without a key: each is an invocation. */
  takeKeyless(copy: string, deliveries: readonly Delivered[]): void {
    const seqs = deliveries.flatMap((delivery) => this.#accepted(copy, delivery)?.promised.seq ?? []);
    this.#keyless.set(copy, seqs);
  }

  /** Compares the calls without a key with the events whose param `copy` names them. */
  compareKeyless(events: readonly LogEvent[]): void {
    const logged = new Map<string, number[]>();
    for (const { seq, payload } of events) {
      const copy = payload.params?.copy;
      if (payload.ok && typeof copy === "string") logged.set(copy, [...(logged.get(copy) ?? []), seq]);
    }
    for (const [copy, seqs] of this.#keyless) {
      const due = seqs.toSorted((left, right) => left - right).join();
      const found = (logged.get(copy) ?? []).join();
      if (due !== found)
        this.#faults.add(
          "other",
          `[ACT-8] ${copy}, answered with ${due}, is in the log as ${found || "nothing"}`,
        );
    }
  }

  #accepted(mark: string, { status, body, replayed }: Delivered): Accepted | null {
    const heard = hear(status, body, replayed);
    if (heard.outcome === "accepted") return heard;
    if (heard.outcome === "refused") this.refused += 1;
    else this.#faults.add("other", `[HTTP-3] ${mark} got ${status} ${JSON.stringify(body)}`);
    return null;
  }
}
