import type {
  ActionArguments,
  ActionId,
  AnyVocabulary,
  Context,
  Invoked,
  InvokeOptions,
  ParamsOf,
  ResultOf,
  Room,
  VocabularyShape,
} from "../client/main.ts";
import { SyncError } from "../client/main.ts";

/** How two agents play: what a person who watches, or a test, may want otherwise. */
export interface Manner {
  /** ms that an agent takes before it does something, on average (1,000); with 0 they play as fast as the room answers. */
  readonly pace?: number | undefined;
  /** From 0 to 1, in place of `Math.random`: what the agents leave to chance. */
  readonly chance?: (() => number) | undefined;
  /** Ends the play: both leave. */
  readonly signal?: AbortSignal | undefined;
  /** Told of all that is done, as it is done. */
  readonly onDeed?: ((deed: Deed) => void) | undefined;
}

/** What an agent did, or what the room refused it. */
export interface Deed {
  readonly agent: string;
  readonly action: string;
  readonly params: object;
  /** Why the room said no. */
  readonly refused: string | null;
}

/** ms that an agent waits for what others are to do, before it gives up. */
const PATIENCE_MS = 120_000;

/** An agent waited in vain: somebody else has what it waits for, and does nothing with it. */
export class GaveUp extends Error {}

type Args<V extends VocabularyShape, Id> = ActionArguments<ParamsOf<V, Id>, InvokeOptions>;

/** An agent in a room whose words are `V`: it looks, waits, acts and talks, each in its own time. */
export class Player<V extends VocabularyShape = AnyVocabulary> {
  readonly id: string;
  readonly room: Room<V>;
  readonly #chance: () => number;
  readonly #pace: number;
  readonly #signal: AbortSignal | undefined;
  readonly #onDeed: (deed: Deed) => void;
  #hasLeft = false;

  /** `room` is as the agent sees it: what `join` answers. */
  constructor(id: string, room: Room<V>, manner: Manner) {
    const { pace = 1_000, chance = Math.random, signal, onDeed = () => undefined } = manner;
    this.id = id;
    this.room = room;
    this.#chance = chance;
    this.#pace = pace;
    this.#signal = signal;
    this.#onDeed = onDeed;
  }

  /** Everything that it may see. */
  async look(): Promise<Context<V>> {
    return await this.room.context({ signal: this.#signal });
  }

  /** What it sees when the condition, a CEL expression, holds. Throws `GaveUp` where that takes too long. */
  async until(condition: string): Promise<Context<V>> {
    const options = { timeout: PATIENCE_MS, signal: this.#signal };
    const answer = await this.room.wait(condition, options);
    if (!answer.triggered) throw new GaveUp(`${this.id} waited in vain for ${condition}`);
    return answer.context;
  }

  /** Whether the condition came to hold within `ms`. */
  async holdsWithin(ms: number, condition: string): Promise<boolean> {
    const options = { timeout: ms, include: ["self"], signal: this.#signal } as const;
    return (await this.room.wait(condition, options)).triggered;
  }

  /** Invokes an action, and answers what it did. A refusal is thrown. */
  async act<Id extends ActionId<V>>(action: Id, ...args: Args<V, Id>): Promise<Invoked<ResultOf<V, Id>>> {
    await this.#takeTime();
    const [params = {}] = args;
    try {
      const invoked = await this.room.invoke(action, ...args);
      this.#onDeed({ agent: this.id, action, params, refused: null });
      return invoked;
    } catch (error) {
      if (SyncError.is(error)) this.#onDeed({ agent: this.id, action, params, refused: error.message });
      throw error;
    }
  }

  /** As {@link act}; null where the room says no because somebody else was faster, or its words do not allow it now. */
  async attempt<Id extends ActionId<V>>(
    action: Id,
    ...args: Args<V, Id>
  ): Promise<Invoked<ResultOf<V, Id>> | null> {
    try {
      return await this.act(action, ...args);
    } catch (error) {
      if (SyncError.is(error) && error.status === 409) return null;
      throw error;
    }
  }

  /** Says something to all, or to one agent. */
  async say(body: string, to?: string): Promise<void> {
    await this.#takeTime();
    await this.room.sendMessage(to === undefined ? { body } : { body, to });
    this.#onDeed({ agent: this.id, action: "_send_message", params: { body }, refused: null });
  }

  /** Leaves, once. */
  async leave(): Promise<void> {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    await this.room.leave();
  }

  /** One of several, by chance; none of none. */
  pick<Each>(options: readonly Each[]): Each | undefined {
    return options[Math.floor(this.#chance() * options.length)];
  }

  /** Nobody who watches could follow agents that do all at once. */
  async #takeTime(): Promise<void> {
    const ms = this.#pace * (0.7 + 0.6 * this.#chance());
    await new Promise((wake) => setTimeout(wake, ms));
    this.#signal?.throwIfAborted();
  }
}

/** The key under which an invocation appended something. */
export function keyOf({ writes: [first] }: Invoked): string {
  if (first === undefined || !("key" in first)) throw new TypeError("Nothing was written.");
  return first.key;
}

/** The name itself, or with the first number that makes it one that is not taken. */
export function unusedName(name: string, isTaken: (name: string) => boolean): string {
  let unused = name;
  for (let number = 2; isTaken(unused); number++) unused = `${name}-${number}`;
  return unused;
}
