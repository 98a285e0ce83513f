import type { LogEvent } from "../kernel/model.ts";

/** How an action has been used, for context's `depth=usage`. */
export interface Usage {
  readonly invocations: number;
  readonly last_invoked_by: string | null;
  readonly last_invoked_at: string;
  /** The event of the last invocation. */
  readonly seq: number;
}

/** Counts of the log's invocations by action, kept so that nobody has to count them. */
export class UsageStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  count(action: string, { seq, agent, ts }: Pick<LogEvent, "seq" | "agent" | "ts">): void {
    this.#sql.exec(
      `INSERT INTO action_usage (action, invocations, last_invoked_by, last_invoked_at, seq)
       VALUES (?, 1, ?, ?, ?)
       ON CONFLICT (action) DO UPDATE SET invocations = invocations + 1,
         last_invoked_by = excluded.last_invoked_by, last_invoked_at = excluded.last_invoked_at,
         seq = excluded.seq`,
      action,
      agent,
      ts,
      seq,
    );
  }

  forget(action: string): void {
    this.#sql.exec("DELETE FROM action_usage WHERE action = ?", action);
  }

  get(action: string): Usage | undefined {
    type Row = Usage & Record<string, SqlStorageValue>;
    const query = `SELECT invocations, last_invoked_by, last_invoked_at, seq FROM action_usage WHERE action = ?`;
    return this.#sql.exec<Row>(query, action).toArray()[0];
  }

  all(): Map<string, Usage> {
    type Row = Usage & { action: string } & Record<string, SqlStorageValue>;
    const rows = this.#sql.exec<Row>("SELECT * FROM action_usage").toArray();
    return new Map(rows.map(({ action, ...usage }) => [action, usage]));
  }
}
