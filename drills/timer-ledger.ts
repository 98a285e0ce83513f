import type { LogEvent, Operation } from "../src/kernel/model.ts";
import { isWrite } from "../src/kernel/state.ts";
import type { Faults } from "./faults.ts";
import { placeOf } from "./folded-state.ts";

type Slot = "timer" | "cooldown";

/** A wall-clock timer that runs, by the log. */
interface Running {
  /** ISO 8601. */
  readonly expiresAt: string;
  readonly effect: string;
}

/**
 * What a log says of its wall-clock timers: each fires once, not before its time, and does what it was set to do
 * [TIMER-1, TIMER-2]. Events are given in their order.
 */
export class TimerLedger {
  readonly #faults: Faults;
  readonly #running = new Map<string, Running>();
  #last = "";
  fired = 0;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  take({ seq, kind, ts, payload }: LogEvent): void {
    if (ts < this.#last) this.#fault(`[LOG-2] the time of ${seq} runs backwards`);
    this.#last = ts;
    for (const operation of payload.writes) {
      if (kind === "timer") this.#fire(operation, seq, ts);
      else this.#set(operation);
    }
  }

  /** Finds the timers that should have fired by `now`, ISO 8601, and have not. */
  end(now: string): void {
    for (const [place, { expiresAt }] of this.#running)
      if (expiresAt <= now) this.#faults.add("lost", `[TIMER-2] ${place}, due at ${expiresAt}, never fires`);
  }

  #fire(operation: Operation, seq: number, ts: string): void {
    const { op, scope, key } = operation;
    const slots: Slot[] = op === "enable" ? [operation.slot] : ["timer", "cooldown"];
    const due = slots.map((slot) => `${placeOf(scope, key)} ${slot}`).filter((id) => this.#running.has(id));
    const effect = op === "enable" ? "enable" : "delete";
    const fires = due.find((id) => this.#running.get(id)?.effect === effect);
    const running = fires === undefined ? undefined : this.#running.get(fires);
    if (!running) {
      this.#faults.add("doubled", `[TIMER-2] ${seq} fires ${placeOf(scope, key)}, on which no timer runs`);
      return;
    }
    if (running.expiresAt > ts) this.#fault(`[TIMER-2] ${seq} fires before its time, ${running.expiresAt}`);
    this.fired += 1;
    for (const id of op === "delete" ? due : [fires ?? ""]) this.#running.delete(id);
  }

  /** A write sets its entry's timers anew or clears them; an invocation begins a cooldown. */
  #set(operation: Operation): void {
    const { op, scope, key } = operation;
    if (op === "enable" || op === "legacy") return;
    const place = placeOf(scope, key);
    if (op === "cooldown") {
      this.#begin(`${place} cooldown`, operation.cooldown);
      return;
    }
    for (const slot of ["timer", "cooldown"] as const) {
      this.#running.delete(`${place} ${slot}`);
      if (isWrite(operation) && op !== "delete") this.#begin(`${place} ${slot}`, operation[slot]);
    }
  }

  #begin(id: string, timer: { readonly effect: string } | undefined): void {
    if (timer && "expires_at" in timer)
      this.#running.set(id, { expiresAt: String(timer.expires_at), effect: timer.effect });
  }

  #fault(text: string): void {
    this.#faults.add("other", text);
  }
}
