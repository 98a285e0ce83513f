import type { RoomRecord } from "../kernel/model.ts";
import type { Caller, MigrationCall, TokenClaims } from "../protocol/calls.ts";
import type { RoomInside } from "../room/parts.ts";
import type { RoomHost } from "../room/ports.ts";
import { restoreCreation } from "../room/transfer/import.ts";
import type { StoredEvent } from "../storage/log-store.ts";
import type { Stores } from "../storage/stores.ts";
import { openStores } from "../storage/stores.ts";
import { DumpImport } from "./dump-import.ts";
import { EntityTables } from "./entity-tables.ts";
import { LegacyTimers } from "./legacy-state.ts";
import { LegacyStore } from "./legacy-store.ts";
import { Migration } from "./migration.ts";
import { Sides } from "./sides.ts";

/** Says of nobody that it is anybody: no room has this incarnation. */
const UNKNOWN: TokenClaims = { id: "", kind: "view", room: "", incarnation: "" };

/** All that a room's object knows of the original system. */
export class LegacyPort {
  readonly #sql: SqlStorage;
  readonly #host: RoomHost;
  readonly #store: LegacyStore;
  readonly #tables: EntityTables;
  readonly #sides: Sides;

  constructor(sql: SqlStorage, host: RoomHost) {
    this.#sql = sql;
    this.#host = host;
    this.#store = new LegacyStore(sql);
    this.#tables = new EntityTables(sql);
    this.#sides = new Sides(sql, this.#tables, host.digest);
  }

  /** The tables of the room, read and written as its phase says. */
  stores(): Stores {
    const stores = openStores(this.#sql);
    if (!this.#store.exists || this.#store.phase === "v8") return stores;
    const state = this.#sides.as(() => this.#store.phase);
    return { ...stores, state, timers: new LegacyTimers(this.#sql, state) };
  }

  /** The caller with what its old bearer string says, where it brought one [LEGACY-4]. */
  caller(caller: Caller, room: RoomRecord | undefined): Caller {
    if (caller.bearer === undefined) return caller;
    const found = room && this.#store.exists ? this.#store.bearer(caller.bearer) : undefined;
    if (!found || !room) return { ...caller, claims: UNKNOWN };
    const { id, kind, agent, generation } = found;
    const claims = {
      ...{ id, kind, room: room.id, incarnation: room.incarnation },
      ...(agent === null ? {} : { agent }),
      ...(generation === null ? {} : { generation }),
    };
    return { ...caller, claims };
  }

  /** Takes the step of a migration that is asked for, and says how far the room has come. */
  migration(inside: RoomInside, caller: Caller, call: MigrationCall | null, compact: boolean) {
    return new Migration(inside, this.#store, this.#sides).answer(caller, call, compact);
  }

  /** Takes a dump into the room that `creation` made. */
  arrival(creation: StoredEvent): DumpImport {
    return new DumpImport({
      tables: this.#tables,
      store: this.#store,
      stores: () => this.#importStores(),
      host: this.#host,
      creation,
    });
  }

  /** Puts the room back as it was created, where an import into it did not come to its end. */
  restore(creation: StoredEvent): void {
    this.#tables.drop();
    this.#store.drop();
    restoreCreation(openStores(this.#sql), this.#host, creation);
  }

  /** Where both sides hold something the entity tables stay as they came: only a change writes both. */
  #importStores(): Stores {
    return this.#store.exists && this.#store.phase === "dual" ? openStores(this.#sql) : this.stores();
  }
}
