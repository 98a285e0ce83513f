import type { Head } from "./log-store.ts";

/** Where the log begins: events up to `seq` were forgotten, and the `base` table holds the state that they made. */
export type Checkpoint = Head;

const NONE: Checkpoint = { seq: 0, ts: "", chain: "" };

export class CheckpointStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(): Checkpoint {
    type Row = { seq: number; ts: string; chain: string };
    return this.#sql.exec<Row>("SELECT seq, ts, chain FROM checkpoint").toArray()[0] ?? NONE;
  }

  set({ seq, ts, chain }: Checkpoint): void {
    this.#sql.exec("DELETE FROM checkpoint");
    this.#sql.exec("INSERT INTO checkpoint (seq, ts, chain) VALUES (?, ?, ?)", seq, ts, chain);
  }
}
