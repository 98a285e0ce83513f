/** What an agent was last seen doing; not truth, and lost for a few seconds at worst [LOG-7]. */
export interface PresenceRow {
  readonly agent: string;
  /** ms since the epoch. */
  readonly last_heartbeat: number;
  /** The highest message number that the agent has read. */
  readonly cursor: number;
  /** The seq as of which the agent last read the state. */
  readonly read_seq: number;
}

export class PresenceStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  load(): PresenceRow[] {
    type Row = { agent: string; last_heartbeat: number; cursor: number; read_seq: number };
    return this.#sql.exec<Row>("SELECT agent, last_heartbeat, cursor, read_seq FROM presence").toArray();
  }

  save(rows: Iterable<PresenceRow>): void {
    for (const { agent, last_heartbeat, cursor, read_seq } of rows) {
      this.#sql.exec(
        "INSERT OR REPLACE INTO presence (agent, last_heartbeat, cursor, read_seq) VALUES (?, ?, ?, ?)",
        agent,
        last_heartbeat,
        cursor,
        read_seq,
      );
    }
  }
}
