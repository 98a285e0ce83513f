import type { Stores } from "../storage/stores.ts";
import { Derivations } from "./derivations.ts";
import { Inbox } from "./inbox.ts";
import { Journal } from "./journal.ts";
import { LiveState } from "./live-state.ts";
import type { RoomHost } from "./ports.ts";
import { Presence } from "./presence.ts";
import { ReadModel } from "./read-model.ts";
import { Timers } from "./timers.ts";

/** What is read of a room and what its events are appended to, over one set of tables. */
export function openModel(stores: Stores, host: RoomHost): { model: ReadModel; journal: Journal } {
  const { log, index, base, samples, tokens, usage } = stores;
  const { digest, transaction } = host;
  const live = new LiveState(stores.state, new Timers(stores.timers));
  const journal = new Journal({ live, log, index, samples, tokens, usage, digest, transaction });
  const presence = new Presence(stores.presence, host.now());
  const model = new ReadModel({
    live,
    journal,
    log,
    index,
    base,
    checkpoint: () => stores.checkpoint.get(),
    usage,
    presence,
    inbox: new Inbox(live, stores.messages, presence),
    derivations: new Derivations(),
    now: () => host.now(),
  });
  return { model, journal };
}
