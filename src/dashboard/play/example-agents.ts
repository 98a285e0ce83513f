import { signal } from "@preact/signals";
import type { Billing } from "../../players/plays.ts";
import type { Ending, Stage } from "../../players/stage.ts";
import type { Snapshot } from "../live/snapshot.ts";

/** What the example agents of a tab are doing. */
export type Doing =
  | { readonly kind: "nothing"; readonly ended: Ending | null }
  | { readonly kind: "playing" | "leaving" }
  | { readonly kind: "failed"; readonly error: unknown };

/** Two example agents that live in this tab, each with a token of its own. */
export class ExampleAgents {
  readonly doing = signal<Doing>({ kind: "nothing", ended: null });
  readonly #stage: Stage;
  #stop = new AbortController();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Plays to the end, or until it is stopped. */
  async play(billing: Billing): Promise<void> {
    this.#stop = new AbortController();
    this.doing.value = { kind: "playing" };
    try {
      const play = await billing.load();
      const ended = await play(this.#stage, { signal: this.#stop.signal });
      this.doing.value = { kind: "nothing", ended };
    } catch (error) {
      this.doing.value = { kind: "failed", error };
    }
  }

  /** Has both leave. */
  stop(): void {
    if (this.doing.value.kind === "playing") this.doing.value = { kind: "leaving" };
    this.#stop.abort();
  }
}

/** Whether nobody is in the room but example agents of before, who have left or whose tab is gone. */
export function isEmptyStage({ agents }: Snapshot): boolean {
  return Object.values(agents).every(
    ({ role, status }) => role === "example" && (status === "left" || status === "idle"),
  );
}
