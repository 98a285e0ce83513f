import type { Refusal } from "../kernel/errors.ts";
import { refuse } from "../kernel/errors.ts";
import type { EventPayload, RoomRecord } from "../kernel/model.ts";
import type { Reply } from "../protocol/calls.ts";
import { serialise } from "../protocol/serialise.ts";
import { refusalReply } from "../room/answers.ts";
import type { RoomHost } from "../room/ports.ts";
import type { StoredEvent } from "../storage/log-store.ts";
import type { Stores } from "../storage/stores.ts";
import type { DumpItem } from "./dump-reader.ts";
import type { EntityTables } from "./entity-tables.ts";
import { Landing } from "./landing.ts";
import type { LegacyStore } from "./legacy-store.ts";
import { oldPresence } from "./old-agents.ts";
import { Settling } from "./settling.ts";

export interface DumpImportParts {
  readonly tables: EntityTables;
  readonly store: LegacyStore;
  /** Opens the room's tables as its phase has them. */
  readonly stores: () => Stores;
  readonly host: RoomHost;
  readonly creation: StoredEvent;
}

/** So many rows that were set aside are listed in an answer; all are kept. */
const MOST_LISTED = 500;

/**
 * Takes a dump of the original system into a room that has no event but its own creation. Rows land in tables as they
 * come; when all are there they become events and entries. Until the last of these, the room's mark says that the import
 * is not done, and what the room goes back to [LEGACY-1].
 */
export class DumpImport {
  readonly #parts: DumpImportParts;
  readonly #landing: Landing;
  readonly #settling: Settling;

  constructor(parts: DumpImportParts) {
    this.#parts = parts;
    const created = JSON.parse(parts.creation.payload) as EventPayload;
    this.#landing = new Landing(recordOf(created).id, parts.tables, parts.store);
    this.#settling = new Settling(parts, created, recordOf(created));
  }

  get broken(): Refusal {
    return refuse("invalid_json", "The dump broke off.", { hint: "The room is as it was created." }).refusal;
  }

  /** Marks the room as one that is being imported into, and empties its tables. */
  begin(): null {
    const { host, creation, tables, store, stores } = this.#parts;
    const { imports } = stores();
    return host.transaction(() => {
      imports.setMark({ creation });
      imports.empty();
      tables.create();
      store.create();
      return null;
    });
  }

  take(items: readonly DumpItem[]): Refusal | null {
    return this.#parts.host.transaction(() => {
      for (const item of items) {
        const refusal = this.#landing.take(item);
        if (refusal) return refusal;
      }
      return null;
    });
  }

  /** Makes events and entries of what has landed; yields where others may have their turn. */
  *settle(): Generator<void, Refusal | null> {
    const room = this.#landing.room();
    return room.ok ? yield* this.#settling.run(room.value) : room.refusal;
  }

  /** Ends the import with its last event, and answers what became of the dump. */
  finish(compact: boolean): Reply {
    const { store, tables, host, stores } = this.#parts;
    const { imports, presence } = stores();
    const room = this.#landing.room();
    if (!room.ok) return refusalReply(room.refusal);
    const report = this.#report();
    const seq = this.#settling.end(room.value, () => {
      presence.save(oldPresence(tables.rows("agents"), host.now()));
      if (store.phase === "v8") tables.drop();
      store.dropStage();
      const { aside: _, aside_count: __, ...kept } = report;
      store.setReport(JSON.stringify(kept));
      imports.removeMark();
    });
    return { status: 200, body: serialise({ imported: true, seq, ...report }, compact), seq };
  }

  #report() {
    const { store } = this.#parts;
    const { events, entries, privateMessages } = this.#settling;
    return {
      phase: store.phase,
      counts: this.#landing.counts,
      events,
      entries,
      left_out: this.#landing.leftOut,
      aside_count: store.countAside(),
      aside: store.aside(MOST_LISTED).map((row) => ({ ...row })),
      private_messages: privateMessages,
    };
  }
}

function recordOf({ writes }: EventPayload): RoomRecord {
  const write = writes.find(({ scope, key }) => scope === "_config" && key === "room");
  return (write && "value" in write ? write.value : null) as unknown as RoomRecord;
}
