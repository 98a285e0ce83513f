import type { ReadModel } from "../read-model.ts";
import type { Frame } from "./watcher.ts";
import { frameOf } from "./watcher.ts";

/** Tells watchers of agents whose status, or what they wait on, has become another. */
export class PresenceFeed {
  readonly #model: ReadModel;
  readonly #publish: (frame: Frame) => void;
  readonly #told = new Map<string, string>();

  constructor(model: ReadModel, publish: (frame: Frame) => void) {
    this.#model = model;
    this.#publish = publish;
  }

  /** Looks at one agent again. */
  look(agent: string): void {
    const frame = this.#frame(agent);
    if (!frame || this.#told.get(agent) === frame.text) return;
    this.#told.set(agent, frame.text);
    this.#publish(frame);
  }

  /** Every agent that takes part, for a watcher that has missed changes. */
  *snapshot(): Iterable<Frame> {
    for (const agent of this.#model.live.keys("_agents")) {
      const frame = this.#frame(agent);
      if (frame && this.#model.agents.record(agent)?.status === "active") yield frame;
    }
  }

  #frame(agent: string): Frame | undefined {
    const shown = this.#model.agents.shown(agent);
    if (!shown) return undefined;
    const { status, waiting_on } = shown;
    return frameOf({ type: "presence", agent, status, waiting_on });
  }
}
