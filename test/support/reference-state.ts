import { hash } from "node:crypto";

/** Any JSON. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [name: string]: Value };
export type Fields = { readonly [name: string]: Value };

/** A timer that runs: until an instant in ms, or for so many writes to a place. */
export interface Running {
  readonly effect: "delete" | "enable";
  readonly at?: number;
  left?: number;
  readonly on?: string;
}

export interface Cell {
  readonly value: Value;
  readonly revision: number;
  readonly updated: number;
  /** A gate, as the name of one of the simulation's conditions. */
  readonly enabled?: string | undefined;
  timer?: Running | undefined;
  cooldown?: Running | undefined;
}

/** What an event does to one place. */
export type Effect = { readonly scope: string; readonly key: string } & (
  | { readonly op: "write"; readonly value: Value; readonly enabled?: string; readonly timer?: Running }
  | { readonly op: "delete" }
  | { readonly op: "cooldown"; readonly cooldown: Running }
);

const placeOf = (scope: string, key: string) => `${scope} ${key}`;

function canonical(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const fields = value as Fields;
  const members = Object.keys(fields).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(fields[name] ?? null)}`).join(",")}}`;
}

/** [STATE-2] */
export function hashOf(value: Value | undefined): string {
  return value === undefined ? "" : hash("sha256", canonical(value), "hex").slice(0, 16);
}

/**
 * State as SPEC.md has it: entries, timers and the numbers of events, and nothing of how a room does it. No part of the
 * kernel is used, so that what both get wrong in the same way is at least wrong twice.
 */
export class ReferenceState {
  seq = 0;
  /** ms since the epoch. */
  now: number;
  readonly cells = new Map<string, Map<string, Cell>>();
  readonly highest = new Map<string, number>();
  /** Of each action that is gone, whether a timer has deleted it [TIMER-6]. */
  readonly expired = new Set<string>();

  constructor(now: number) {
    this.now = now;
  }

  get(scope: string, key: string): Cell | undefined {
    return this.cells.get(scope)?.get(key);
  }

  /** A copy of which nothing is shared with this. */
  copy(): ReferenceState {
    const copy = new ReferenceState(this.now);
    copy.seq = this.seq;
    for (const [scope, cells] of this.cells) copy.cells.set(scope, structuredClone(cells));
    for (const [scope, number] of this.highest) copy.highest.set(scope, number);
    for (const action of this.expired) copy.expired.add(action);
    return copy;
  }

  /** One event, and what it makes due. Answers its number. */
  commit(effects: readonly Effect[]): number {
    this.seq += 1;
    const { seq } = this;
    for (const effect of effects) if (effect.op !== "cooldown") this.#tick(effect.scope, effect.key);
    for (const effect of effects) this.apply(effect);
    this.fireDue();
    return seq;
  }

  /** Does what one effect says; nothing ticks by it. */
  apply(effect: Effect): void {
    const { scope, key } = effect;
    const before = this.get(scope, key);
    if (effect.op === "delete") {
      this.cells.get(scope)?.delete(key);
      if (scope === "_actions") this.expired.delete(key);
    } else if (effect.op === "cooldown") {
      if (before) before.cooldown = { ...effect.cooldown };
    } else {
      const { value, enabled, timer } = effect;
      const cell: Cell = { value, revision: (before?.revision ?? 0) + 1, updated: this.now, enabled };
      if (timer) cell.timer = { ...timer };
      // A registration leaves a cooldown running, unless the new definition has none [TIMER-7].
      if (scope === "_actions" && before?.cooldown && (value as Fields).on_invoke !== undefined)
        cell.cooldown = before.cooldown;
      this.cells.set(scope, (this.cells.get(scope) ?? new Map()).set(key, cell));
      if (scope === "_actions") this.expired.delete(key);
      if (/^[1-9]\d{0,14}$/.test(key))
        this.highest.set(scope, Math.max(this.highest.get(scope) ?? 0, Number(key)));
    }
  }

  /** Fires what is due, an event a round: what one round deletes may tick what the next one fires [LOG-8, TIMER-3]. */
  fireDue(): void {
    for (let due = this.#due(); due.length > 0; due = this.#due()) {
      this.seq += 1;
      const gone = due.filter(({ timer }) => timer.effect === "delete");
      for (const place of new Set(gone.map(({ scope, key }) => placeOf(scope, key)))) this.#tickPlace(place);
      for (const { scope, key, slot, timer } of due) {
        const cell = this.get(scope, key);
        if (timer.effect === "delete") this.cells.get(scope)?.delete(key);
        else if (cell) cell[slot] = undefined;
        if (timer.effect === "delete" && scope === "_actions") this.expired.add(key);
      }
    }
  }

  #due() {
    const isDue = ({ at, left }: Running) => (at === undefined ? (left ?? 0) <= 0 : at <= this.now);
    return this.#timers().filter(({ timer }) => isDue(timer));
  }

  #timers() {
    return [...this.cells].flatMap(([scope, cells]) =>
      [...cells].flatMap(([key, cell]) =>
        (["timer", "cooldown"] as const).flatMap((slot) => {
          const timer = cell[slot];
          return timer ? [{ scope, key, slot, timer }] : [];
        }),
      ),
    );
  }

  #tick(scope: string, key: string): void {
    this.#tickPlace(placeOf(scope, key));
  }

  #tickPlace(place: string): void {
    for (const { timer } of this.#timers()) if (timer.on === place) timer.left = (timer.left ?? 0) - 1;
  }
}
