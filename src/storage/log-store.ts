import { LIMITS } from "../kernel/limits.ts";
import type { EventKind, EventPayload, LogEvent } from "../kernel/model.ts";
import { boundedRows } from "./bounded-rows.ts";
import type { Place } from "./key-index.ts";

interface LogRow extends Record<string, SqlStorageValue> {
  seq: number;
  kind: string;
  ts: string;
  agent: string | null;
  payload: string;
  chain: string;
}

type LeanRow = {
  seq: number;
  kind: string;
  ts: string;
  agent: string | null;
  payload: string;
};

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

const EVENTS_PER_SLICE = 500;

const COLUMNS = "log.seq, log.kind, log.ts, log.agent, log.payload, log.chain";

function decode(row: LogRow): ChainedEvent {
  const { seq, kind, ts, agent, payload, chain } = row;
  return { seq, kind: kind as EventKind, ts, agent, payload: JSON.parse(payload) as EventPayload, chain };
}

function bounded<Row extends { payload: string }>(
  rows: Iterable<Row>,
  chars: number = LIMITS.pageChars,
): Row[] {
  return boundedRows(rows, ({ payload }) => payload, chars);
}

/** The `log` table and its index: what happened, and what happened to a key. */
export class LogStore {
  readonly #sql: SqlStorage;
  readonly #last: number;

  /** A log of which nothing after the event `last` is read. */
  constructor(sql: SqlStorage, last = Number.MAX_SAFE_INTEGER) {
    this.#sql = sql;
    this.#last = last;
  }

  /** The log as it was after the event `seq`. */
  until(seq: number): LogStore {
    return new LogStore(this.#sql, seq);
  }

  head(): Head {
    const query = "SELECT seq, ts, chain FROM log WHERE seq <= ? ORDER BY seq DESC LIMIT 1";
    type Row = { seq: number; ts: string; chain: string };
    return this.#sql.exec<Row>(query, this.#last).toArray()[0] ?? EMPTY_HEAD;
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

  /** The first events that fit the filter: fewer where their payloads come to `pageChars`. */
  page(filter: LogFilter): ChainedEvent[] {
    return bounded(this.#filtered<LogRow>(COLUMNS, filter)).map(decode);
  }

  /** Events as {@link page} reads them but for their chains, which end early where their payloads come to `chars`. */
  leanPage(filter: LogFilter, chars: number): LogEvent[] {
    const rows = this.#filtered<LeanRow>("seq, kind, ts, agent, payload", filter);
    return bounded(rows, chars).map(({ payload, kind, ...row }) => ({
      ...row,
      kind: kind as EventKind,
      payload: JSON.parse(payload) as EventPayload,
    }));
  }

  /** Whether any event fits the filter. */
  isAfter(filter: LogFilter): boolean {
    return this.#filtered("seq", { ...filter, limit: 1 }).toArray().length > 0;
  }

  #filtered<Row extends Record<string, SqlStorageValue>>(columns: string, filter: LogFilter) {
    const query = `SELECT ${columns} FROM log WHERE seq > ?1 AND seq <= ?5
         AND (?2 IS NULL OR kind = ?2) AND (?3 IS NULL OR agent = ?3) ORDER BY seq LIMIT ?4`;
    const { after, kind, agent, limit } = filter;
    return this.#sql.exec<Row>(query, after, kind ?? null, agent ?? null, limit, this.#last);
  }

  /** The newest `limit` events, oldest first: fewer where their payloads come to `chars`. */
  newest(limit: number, chars: number): ChainedEvent[] {
    const query = `SELECT ${COLUMNS} FROM log WHERE seq <= ? ORDER BY seq DESC LIMIT ?`;
    return bounded(this.#sql.exec<LogRow>(query, this.#last, limit), chars)
      .map(decode)
      .reverse();
  }

  /** The first events of these seqs, oldest first: fewer where their payloads come to `pageChars`. */
  firstEvents(seqs: readonly number[]): ChainedEvent[] {
    return bounded(this.#ofSeqs(seqs)).map(decode);
  }

  /** The events of these seqs, oldest first. */
  events(seqs: readonly number[]): ChainedEvent[] {
    return seqs.length === 0 ? [] : this.#ofSeqs(seqs).toArray().map(decode);
  }

  #ofSeqs(seqs: readonly number[]) {
    const query = `SELECT ${COLUMNS} FROM log WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq`;
    return this.#sql.exec<LogRow>(query, JSON.stringify(seqs));
  }

  /** The first of these events, oldest first and without their chains: at least one, and `chars` of payloads. */
  some(seqs: readonly number[], chars: number): { events: LogEvent[]; chars: number } {
    const query = `SELECT seq, kind, ts, agent, payload FROM log
       WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq`;
    type Row = [seq: number, kind: EventKind, ts: string, agent: string | null, payload: string];
    const events: LogEvent[] = [];
    let sum = 0;
    for (const row of this.#sql.exec(query, JSON.stringify(seqs)).raw<Row>()) {
      const [seq, kind, ts, agent, payload] = row;
      if (events.length > 0 && sum + payload.length > chars) break;
      sum += payload.length;
      events.push({ seq, kind, ts, agent, payload: JSON.parse(payload) as EventPayload });
    }
    return { events, chars: sum };
  }

  /** The first events after `after`, up to `last`, as they are stored: at least one, and `bytes` of payloads. */
  slice(after: number, last: number, bytes: number): StoredEvent[] {
    let sum = 0;
    const sizes = this.#sizes(after, last);
    const count = sizes.findIndex((event) => {
      sum += event.bytes;
      return sum > bytes;
    });
    return this.stored(after, count < 0 ? sizes.length : Math.max(1, count));
  }

  #sizes(after: number, last: number): { bytes: number }[] {
    const query =
      "SELECT length(CAST(payload AS BLOB)) AS bytes FROM log WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?";
    return this.#sql.exec<{ bytes: number }>(query, after, last, EVENTS_PER_SLICE).toArray();
  }

  /** The events after `after` as they are stored, oldest first. */
  stored(after: number, limit: number): StoredEvent[] {
    const query = `SELECT ${COLUMNS} FROM log WHERE seq > ? ORDER BY seq LIMIT ?`;
    return this.#sql.exec<LogRow>(query, after, limit).toArray() as unknown as StoredEvent[];
  }

  /** How many of the first `limit` events after `after` are older than `ts`. */
  countBefore(after: number, ts: string, limit: number): number {
    const query = `SELECT count(*) AS count FROM (SELECT ts FROM log WHERE seq > ? ORDER BY seq LIMIT ?) WHERE ts < ?`;
    return this.#sql.exec<{ count: number }>(query, after, limit, ts).one().count;
  }

  /** The bytes of the payloads of the events after `after`. */
  bytesAfter(after: number): number {
    const query = "SELECT coalesce(sum(octet_length(payload)), 0) AS bytes FROM log WHERE seq > ?";
    return this.#sql.exec<{ bytes: number }>(query, after).one().bytes;
  }

  /** The keys that events after `after` touched, read from the events: what it costs grows with their bytes. */
  placesAfter(after: number): Place[] {
    const query = `SELECT DISTINCT json_extract(write.value, '$.scope') AS scope, json_extract(write.value, '$.key') AS key
       FROM log, json_each(log.payload, '$.writes') AS write WHERE log.seq > ?`;
    return this.#sql.exec<Place & Record<string, SqlStorageValue>>(query, after).toArray();
  }

  /** The newest event of a kind after `after`, or null. It looks at each event after `after`. */
  lastOfKind(kind: EventKind, after: number): number | null {
    const query = "SELECT max(seq) AS seq FROM log WHERE seq > ? AND kind = ?";
    return this.#sql.exec<{ seq: number | null }>(query, after, kind).one().seq;
  }

  /** Forgets the events up to `seq`. */
  forget(seq: number): void {
    this.#sql.exec("DELETE FROM log WHERE seq <= ?", seq);
  }

  /** The newest event that touched one key, those of one kind aside, if any did. */
  lastOfKey(scope: string, key: string, except?: EventKind): ChainedEvent | undefined {
    const query = `SELECT ${COLUMNS} FROM log_index JOIN log ON log.seq = log_index.seq
       WHERE log_index.scope = ?1 AND log_index.key = ?2 AND log.kind IS NOT ?3 ORDER BY log_index.seq DESC LIMIT 1`;
    return this.#sql
      .exec<LogRow>(query, scope, key, except ?? null)
      .toArray()
      .map(decode)[0];
  }
}
