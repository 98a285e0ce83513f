import type { Play } from "./stage.ts";

/** A play, and the rooms that it can be played in. */
export interface Billing {
  /** The template whose words it speaks. */
  readonly template: string;
  /** The actions that it needs. */
  readonly needs: readonly string[];
  /** Loads the play: nobody carries what is not played. */
  load(): Promise<Play>;
}

/** One play for each template. */
export const PLAYS: readonly Billing[] = [
  {
    template: "task-queue",
    needs: ["post_task", "claim_task", "complete_task", "release_task"],
    load: async () => (await import("./task-queue.ts")).taskQueue,
  },
  {
    template: "vote",
    needs: ["propose", "cast_ballot", "close_vote"],
    load: async () => (await import("./vote.ts")).vote,
  },
  {
    template: "turn-game",
    needs: ["take_seat", "start_game", "play_move", "claim_end", "confirm_end", "dispute_end"],
    load: async () => (await import("./turn-game.ts")).turnGame,
  },
  {
    template: "review",
    needs: ["submit", "revise", "comment", "approve", "request_changes", "accept"],
    load: async () => (await import("./review.ts")).review,
  },
  {
    template: "lock",
    needs: ["acquire", "join_line", "steal", "write_guarded", "release"],
    load: async () => (await import("./lock.ts")).lock,
  },
  {
    template: "blackboard",
    needs: ["open_topic", "assert_claim", "support", "contradict", "retract_claim", "conclude_topic"],
    load: async () => (await import("./blackboard.ts")).blackboard,
  },
];

/** The play for a room that has these actions, or null. */
export function playFor(actions: readonly string[]): Billing | null {
  const has = new Set(actions);
  return PLAYS.find(({ needs }) => needs.every((id) => has.has(id))) ?? null;
}
