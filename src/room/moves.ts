/** What agents do without an event: what they are seen doing, and when they were last heard of [LOG-7]. */
export type Movement = "presence" | "heartbeat";

/**
 * When agents last moved without an event, told by the event that was then the log's last. Only in memory: of what was
 * before the room woke nobody knows, and everybody may have moved.
 */
export class Moves {
  readonly #wokeAt: number;
  readonly #last: Readonly<Record<Movement, Map<string, number>>> = {
    presence: new Map(),
    heartbeat: new Map(),
  };

  /** `wokeAt` is the log's last event as the room wakes. */
  constructor(wokeAt: number) {
    this.#wokeAt = wokeAt;
  }

  note(movement: Movement, agent: string, seq: number): void {
    this.#last[movement].set(agent, seq);
  }

  /** Those of `agents` that may have moved since something was read while `seq` was the log's last event. */
  since(movement: Movement, seq: number, agents: Iterable<string>): Iterable<string> {
    if (seq <= this.#wokeAt) return agents;
    return [...this.#last[movement]].flatMap(([agent, at]) => (at >= seq ? [agent] : []));
  }
}
