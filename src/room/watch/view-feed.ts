import type { LogEvent } from "../../kernel/model.ts";
import type { ReadModel } from "../read-model.ts";
import { GATE_DERIVATION, VIEW_DERIVATION } from "../views.ts";
import type { ValueFeed } from "./value-feed.ts";
import type { Frame } from "./watcher.ts";
import { textFrame } from "./watcher.ts";

/** Tells watchers of public values that change. Views are followed only while somebody watches them. */
export class ViewFeed {
  readonly #model: ReadModel;
  readonly #values: ValueFeed;
  readonly #publish: (frame: Frame) => void;
  #following = false;

  constructor(model: ReadModel, values: ValueFeed, publish: (frame: Frame) => void) {
    this.#model = model;
    this.#values = values;
    this.#publish = publish;
  }

  /** Begins to follow every view, if that is not done already: what they are worth now is what watchers know. */
  begin(): void {
    if (this.#following) return;
    this.#following = true;
    for (const id of this.#model.views.ids()) this.#follow(id);
  }

  end(): void {
    this.#following = false;
    for (const id of [...this.#values.ids()]) {
      if (id.startsWith(VIEW_DERIVATION)) this.#values.unfollow(id);
    }
  }

  /** Follows the views that an event has registered, and no longer those that it has deleted. */
  registered({ payload }: LogEvent): void {
    if (!this.#following) return;
    for (const { scope, key, op } of payload.writes) {
      if (scope !== "_views") continue;
      const isFollowed = this.#values.has(VIEW_DERIVATION + key);
      const known = op === "delete" ? this.#values.unfollow(VIEW_DERIVATION + key) : undefined;
      const value = op === "delete" || isFollowed ? undefined : this.#follow(key);
      if (known !== undefined || value !== undefined) this.#publish(this.#frame(key, value));
    }
  }

  /** Has views looked at whose gate is among the stale derivations. */
  wake(stale: Iterable<string>): void {
    if (!this.#following) return;
    const gated = [...stale].filter((id) => id.startsWith(GATE_DERIVATION));
    this.#values.wake(gated.map((id) => VIEW_DERIVATION + id.slice(GATE_DERIVATION.length)));
  }

  /** Every view as it is now, for a watcher that has missed what happened after `since`. */
  *snapshot(since: number): Iterable<Frame> {
    const { index, journal, views } = this.#model;
    const positions = index.positions("_views", journal.head.seq).filter(({ touched }) => touched > since);
    for (const id of new Set([...views.ids(), ...positions.map(({ key }) => key)])) {
      yield this.#frame(id, this.#read(id));
    }
  }

  #follow(id: string): string | undefined {
    const { derivations } = this.#model;
    return this.#values.follow(VIEW_DERIVATION + id, {
      read: () => this.#read(id),
      changed: (value) => this.#publish(this.#frame(id, value)),
      volatility: () => {
        const [view, gate] = [VIEW_DERIVATION, GATE_DERIVATION].map((kind) =>
          derivations.volatility(kind + id),
        );
        return {
          now: Boolean(view?.now || gate?.now),
          presence: Boolean(view?.presence || gate?.presence),
        };
      },
    });
  }

  #read(id: string): string | undefined {
    const view = this.#model.views.value(id);
    return view && JSON.stringify(view.value);
  }

  #frame(id: string, value: string | undefined): Frame {
    const shown = value === undefined ? '"absent":true' : `"value":${value}`;
    const { seq } = this.#model.journal.head;
    return textFrame(`{"type":"view","id":${JSON.stringify(id)},${shown},"seq":${seq}}`);
  }
}
