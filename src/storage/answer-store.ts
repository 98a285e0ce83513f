/** The first answer to an idempotency key [ACT-9]. */
export interface KeptAnswer {
  /** What was asked, as a digest: the same key with another request is a conflict. */
  readonly request: string;
  readonly status: number;
  readonly body: string;
  readonly seq: number;
}

export interface AnswerKey {
  readonly identity: string;
  readonly action: string;
  readonly key: string;
}

/** Expired answers that one insert clears away: more than it adds, so that the table shrinks to what is alive. */
const CLEARED_PER_INSERT = 4;

export class AnswerStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The answer kept under `key` that has not expired at `now`, ms since the epoch. */
  get({ identity, action, key }: AnswerKey, now: number): KeptAnswer | undefined {
    const query = `SELECT request, status, body, seq FROM answers
       WHERE identity = ? AND action = ? AND key = ? AND expires_at > ?`;
    type Row = { request: string; status: number; body: string; seq: number };
    return this.#sql.exec<Row>(query, identity, action, key, now).toArray()[0];
  }

  keep({ identity, action, key }: AnswerKey, answer: KeptAnswer, now: number, expiresAt: number): void {
    this.#sql.exec(
      `DELETE FROM answers WHERE (identity, action, key) IN (
         SELECT identity, action, key FROM answers WHERE expires_at <= ? LIMIT ${CLEARED_PER_INSERT})`,
      now,
    );
    this.#sql.exec(
      "INSERT OR REPLACE INTO answers (identity, action, key, request, status, body, seq, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      identity,
      action,
      key,
      answer.request,
      answer.status,
      answer.body,
      answer.seq,
      expiresAt,
    );
  }
}
