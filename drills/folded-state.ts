import type { Entry, LogEvent } from "../src/kernel/model.ts";
import { entryNumber } from "../src/kernel/order.ts";
import type { StateWriter } from "../src/kernel/state.ts";
import { apply } from "../src/kernel/state.ts";
import type { Before } from "./acts.ts";

/** A located key as one text. */
export function placeOf(scope: string, key: string): string {
  return JSON.stringify([scope, key]);
}

/** What a log folds to, by the kernel's own function. */
export class FoldedState implements StateWriter, Before {
  readonly entries = new Map<string, Entry>();
  readonly #highest = new Map<string, number>();

  take(event: LogEvent): void {
    apply(this, event);
  }

  entry(scope: string, key: string): Entry | undefined {
    return this.entries.get(placeOf(scope, key));
  }

  next(scope: string): string {
    return String((this.#highest.get(scope) ?? 0) + 1);
  }

  put(scope: string, key: string, entry: Entry): void {
    this.entries.set(placeOf(scope, key), entry);
    this.reach(scope, entryNumber(key));
  }

  /** The drill's rooms have no timers that tick. */
  clock(): number {
    return 0;
  }

  tick(): void {}

  reach(scope: string, number: number): void {
    this.#highest.set(scope, Math.max(this.#highest.get(scope) ?? 0, number));
  }

  remove(scope: string, key: string): void {
    this.entries.delete(placeOf(scope, key));
  }
}
