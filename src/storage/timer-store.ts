import type { Entry, RunningTimer } from "../kernel/model.ts";

/** An entry's place, with the timers that run on it. */
export interface TimedPlace extends Pick<Entry, "timer" | "cooldown"> {
  readonly scope: string;
  readonly key: string;
}

/** What a key's clock reads. */
export interface ClockRow {
  readonly scope: string;
  readonly key: string;
  readonly count: number;
}

/** The timers that stand on entries of the `state` table, and the clocks of the keys on which some of them tick. */
export class TimerStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Every entry on which a timer runs: a look-up in an index of those only. */
  timed(): TimedPlace[] {
    const query =
      "SELECT scope, key, timer, cooldown FROM state WHERE timer IS NOT NULL OR cooldown IS NOT NULL";
    type Row = { scope: string; key: string; timer: string | null; cooldown: string | null };
    return this.#sql
      .exec<Row>(query)
      .toArray()
      .map(({ scope, key, timer, cooldown }) => ({
        scope,
        key,
        ...(timer === null ? {} : { timer: JSON.parse(timer) as RunningTimer }),
        ...(cooldown === null ? {} : { cooldown: JSON.parse(cooldown) as RunningTimer }),
      }));
  }

  clocks(): ClockRow[] {
    type Row = { scope: string; key: string; count: number };
    return this.#sql.exec<Row>("SELECT scope, key, count FROM clocks").toArray();
  }

  putClock({ scope, key, count }: ClockRow): void {
    this.#sql.exec(
      "INSERT INTO clocks (scope, key, count) VALUES (?, ?, ?) ON CONFLICT (scope, key) DO UPDATE SET count = excluded.count",
      scope,
      key,
      count,
    );
  }

  removeClock(scope: string, key: string): void {
    this.#sql.exec("DELETE FROM clocks WHERE scope = ? AND key = ?", scope, key);
  }
}
