import type { ReadModel } from "../read-model.ts";
import type { Frame } from "./watcher.ts";
import { frameOf } from "./watcher.ts";

/** Tells watchers of agents whose status, or what they wait on, has become another. */
export class PresenceFeed {
  readonly #model: ReadModel;
  readonly #publish: (frame: Frame) => void;
  /** What watchers know of each agent, or null while nobody watches. */
  #told: Map<string, string> | null = null;

  constructor(model: ReadModel, publish: (frame: Frame) => void) {
    this.#model = model;
    this.#publish = publish;
  }

  /** Begins to follow every agent, if that is not done already: what they do now is what watchers know. */
  begin(): void {
    if (this.#told) return;
    this.#told = new Map();
    for (const agent of this.#model.live.keys("_agents")) this.#told.set(agent, this.#shown(agent));
  }

  end(): void {
    this.#told = null;
  }

  /** Looks at one agent again. */
  look(agent: string): void {
    const shown = this.#shown(agent);
    if (!this.#told || this.#told.get(agent) === shown) return;
    this.#told.set(agent, shown);
    this.#publish(this.#frame(agent));
  }

  /** Every agent, for a watcher that resumes; those that left are news only to one that `isBehind`. */
  *snapshot(isBehind: boolean): Iterable<Frame> {
    for (const agent of this.#model.live.keys("_agents")) {
      if (isBehind || this.#model.agents.record(agent)?.status === "active") yield this.#frame(agent);
    }
  }

  #frame(agent: string): Frame {
    const { status, waiting_on } = this.#model.agents.shown(agent) ?? {};
    const { seq } = this.#model.journal.head;
    return frameOf({ type: "presence", agent, status, waiting_on, seq });
  }

  #shown(agent: string): string {
    const { status, waiting_on } = this.#model.agents.shown(agent) ?? {};
    return JSON.stringify([status, waiting_on]);
  }
}
