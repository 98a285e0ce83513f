import type { EventKind, EventPayload, LogEvent } from "../kernel/model.ts";

interface LogRow extends Record<string, SqlStorageValue> {
  seq: number;
  kind: string;
  ts: string;
  agent: string | null;
  payload: string;
  chain: string;
}

/** An event as it is read back. */
export interface ChainedEvent extends LogEvent {
  /** SHA-256 over the previous event's chain and this event's stored text [LOG-6]. */
  readonly chain: string;
}

/** Where the log ends: the next event follows it. */
export interface Head {
  readonly seq: number;
  readonly ts: string;
  readonly chain: string;
}

const EMPTY_HEAD: Head = { seq: 0, ts: "", chain: "" };

/** An event as it is stored: `payload` is JSON text. */
export interface StoredEvent extends Omit<ChainedEvent, "payload"> {
  readonly payload: string;
}

export interface LogFilter {
  /** Events after this seq. */
  readonly after: number;
  /** At most so many rows. */
  readonly limit: number;
  readonly kind?: string | undefined;
  readonly agent?: string | undefined;
}

const COLUMNS = "log.seq, log.kind, log.ts, log.agent, log.payload, log.chain";

function decode(row: LogRow): ChainedEvent {
  const { seq, kind, ts, agent, payload, chain } = row;
  return { seq, kind: kind as EventKind, ts, agent, payload: JSON.parse(payload) as EventPayload, chain };
}

/** The `log` table and its index: what happened, and what happened to a key. */
export class LogStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  head(): Head {
    const query = "SELECT seq, ts, chain FROM log ORDER BY seq DESC LIMIT 1";
    return this.#sql.exec<{ seq: number; ts: string; chain: string }>(query).toArray()[0] ?? EMPTY_HEAD;
  }

  append(event: StoredEvent): void {
    this.#sql.exec(
      "INSERT INTO log (seq, kind, ts, agent, payload, chain) VALUES (?, ?, ?, ?, ?, ?)",
      event.seq,
      event.kind,
      event.ts,
      event.agent,
      event.payload,
      event.chain,
    );
  }

  /** Notes that the event `seq` touched a key [LOG-4]; touching it twice in one event is one row. */
  index(seq: number, scope: string, key: string): void {
    this.#sql.exec("INSERT OR IGNORE INTO log_index (scope, key, seq) VALUES (?, ?, ?)", scope, key, seq);
  }

  page(filter: LogFilter): ChainedEvent[] {
    const query = `SELECT ${COLUMNS} FROM log WHERE seq > ?1 AND (?2 IS NULL OR kind = ?2) AND (?3 IS NULL OR agent = ?3)
       ORDER BY seq LIMIT ?4`;
    const { after, kind, agent, limit } = filter;
    return this.#sql
      .exec<LogRow>(query, after, kind ?? null, agent ?? null, limit)
      .toArray()
      .map(decode);
  }

  /** The keys of a scope that events after `after` have touched. */
  keysTouched(scope: string, after: number): string[] {
    const query = "SELECT DISTINCT key FROM log_index WHERE scope = ? AND seq > ?";
    return this.#sql
      .exec<{ key: string }>(query, scope, after)
      .toArray()
      .map(({ key }) => key);
  }

  /** The newest `limit` events, oldest first. */
  newest(limit: number): ChainedEvent[] {
    const query = `SELECT ${COLUMNS} FROM log ORDER BY seq DESC LIMIT ?`;
    return this.#sql.exec<LogRow>(query, limit).toArray().map(decode).reverse();
  }

  /** The events after `after` that touched one key, oldest first: an index look-up at any length of the log [LOG-4]. */
  ofKey(scope: string, key: string, after: number, limit: number): ChainedEvent[] {
    const query = `SELECT ${COLUMNS} FROM log_index JOIN log ON log.seq = log_index.seq
       WHERE log_index.scope = ? AND log_index.key = ? AND log_index.seq > ? ORDER BY log_index.seq LIMIT ?`;
    return this.#sql.exec<LogRow>(query, scope, key, after, limit).toArray().map(decode);
  }

  /** The newest event that touched one key, if any did. */
  lastOfKey(scope: string, key: string): ChainedEvent | undefined {
    const query = `SELECT ${COLUMNS} FROM log_index JOIN log ON log.seq = log_index.seq
       WHERE log_index.scope = ? AND log_index.key = ? ORDER BY log_index.seq DESC LIMIT 1`;
    return this.#sql.exec<LogRow>(query, scope, key).toArray().map(decode)[0];
  }

  /** The events after `after` that touched any key of a scope that begins with `prefix`, oldest first. */
  ofPrefix(scope: string, prefix: string, after: number, limit: number): ChainedEvent[] {
    const query = `SELECT ${COLUMNS} FROM log WHERE seq IN (
         SELECT DISTINCT seq FROM log_index WHERE scope = ?1 AND key >= ?2 AND substr(key, 1, length(?2)) = ?2 AND seq > ?3
         ORDER BY seq LIMIT ?4)
       ORDER BY seq`;
    return this.#sql.exec<LogRow>(query, scope, prefix, after, limit).toArray().map(decode);
  }
}
