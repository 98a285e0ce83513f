import type { VocabularyShape } from "../client/main.ts";
import { Room, SyncError } from "../client/main.ts";
import type { Manner } from "./player.ts";
import { GaveUp, Player, unusedName } from "./player.ts";

/** What one of the two does, from its joining to its leaving. `other` is the other's id. */
export type Part<V extends VocabularyShape> = (self: Player<V>, other: string) => Promise<void>;

/** Where a play is played, and with whose token: the room's, or one that lets agents join. */
export interface Stage {
  readonly server: string | URL;
  readonly room: string;
  readonly token: string;
}

/** How a play ended: by itself, by the manner's signal, or because one of the two waited in vain. */
export type Ending = "played" | "stopped" | "gave up";

/** Plays to the end with two agents that join for it and leave after it. */
export type Play = (stage: Stage, manner?: Manner) => Promise<Ending>;

/** The play of two parts. When one of them fails the other stops, too; both leave, whatever happens. */
export function play<V extends VocabularyShape>(parts: readonly [Part<V>, Part<V>]): Play {
  return async (stage, manner = {}) => {
    const { signal } = manner;
    const failed = new AbortController();
    const until = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
    const players: Player<V>[] = [];
    const perform = async (part: Part<V>, self: Player<V>, other: string) => {
      try {
        await part(self, other);
      } catch (error) {
        failed.abort(error);
        throw error;
      } finally {
        await self.leave();
      }
    };
    try {
      const ada = await joined<V>(stage, "ada", { ...manner, signal: until });
      players.push(ada);
      const bo = await joined<V>(stage, "bo", { ...manner, signal: until });
      players.push(bo);
      await Promise.all([perform(parts[0], ada, bo.id), perform(parts[1], bo, ada.id)]);
      return "played";
    } catch (error) {
      if (signal?.aborted) return "stopped";
      if (error instanceof GaveUp) return "gave up";
      throw error;
    } finally {
      await Promise.allSettled(players.map((each) => each.leave()));
    }
  };
}

/** A new agent who is called `name`, or `name-2` where that is somebody else's. */
async function joined<V extends VocabularyShape>(
  stage: Stage,
  name: string,
  manner: Manner,
): Promise<Player<V>> {
  const { signal } = manner;
  const room = new Room<V>(stage);
  // A room token would take an agent's place, and its token with it.
  const present = stage.token.startsWith("room_") ? await presentIn(room, signal) : new Set<string>();
  const refused = new Set<string>();
  for (;;) {
    const id = unusedName(name, (each) => present.has(each) || refused.has(each));
    try {
      return new Player(id, await room.join({ id, role: "example", signal }), manner);
    } catch (error) {
      if (!SyncError.is(error, "agent_exists")) throw error;
      refused.add(id);
    }
  }
}

async function presentIn<V extends VocabularyShape>(
  room: Room<V>,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string>> {
  const { agents } = await room.context({ only: ["agents"], signal });
  const present = Object.entries(agents).filter(([, { status }]) => status !== "left");
  return new Set(present.map(([id]) => id));
}
