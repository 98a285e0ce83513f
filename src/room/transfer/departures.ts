import type { Result } from "../../kernel/errors.ts";
import { refuse, succeed } from "../../kernel/errors.ts";
import type { StoredEvent } from "../../storage/log-store.ts";
import type { Stores } from "../../storage/stores.ts";
import type { ReadModel } from "../read-model.ts";
import { wholeLogRefusal } from "../reading.ts";
import type { Session } from "../session.ts";
import { ownerRefusal, readerRefusal } from "../session.ts";
import type { Pages } from "./export.ts";
import { exportPages } from "./export.ts";
import { forkPages, forkPoint } from "./fork-source.ts";

/** Something of the room on its way out: its text, and the seq that it is of. */
export interface Departure {
  readonly pages: Pages;
  readonly seq: number;
}

/** What leaves a room as a whole, and who may have it leave. */
export class Departures {
  readonly #model: ReadModel;
  readonly #stores: Stores;

  constructor(model: ReadModel, stores: Stores) {
    this.#model = model;
    this.#stores = stores;
  }

  /** The whole room, for who may see all of it [EXPORT-1]. */
  export(session: Session): Result<Departure> {
    const barred = readerRefusal(session) ?? wholeLogRefusal(session);
    if (barred) return barred;
    const { head } = this.#model.journal;
    const { id, created_at } = this.#record();
    const start = this.#model.checkpoint;
    const bounds = { room: { id, created_at }, start, head, now: session.now };
    return succeed({ pages: exportPages(this.#stores, bounds), seq: head.seq });
  }

  /** The state after the event `at`, by default the last, for a new room [FORK-1]. */
  fork(session: Session, at: number | undefined): Result<Departure> {
    const barred = ownerRefusal(session);
    if (barred) return barred;
    const { head } = this.#model.journal;
    const point = forkPoint(this.#stores, head, at);
    if (!point.ok) return point;
    const pages = forkPages(this.#stores, this.#record().id, point.value, head);
    return succeed({ pages, seq: point.value.seq });
  }

  /** The event that created the room, if nothing else has happened in it [IMPORT-1]. */
  creation(session: Session): Result<StoredEvent> {
    const barred = ownerRefusal(session);
    if (barred) return barred;
    const [first, second] = this.#stores.log.stored(0, 2);
    if (first?.kind === "room_create" && !second) return succeed(first);
    return refuse("room_not_empty", "Only a room in which nothing has happened yet can be imported into.", {
      hint: "POST /rooms makes one.",
    });
  }

  #record(): { id: string; created_at: string } {
    return this.#model.room() ?? { id: "", created_at: "" };
  }
}
