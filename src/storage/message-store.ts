import type { Message } from "../kernel/model.ts";
import { boundedRows } from "./bounded-rows.ts";
import type { KeyIndex } from "./key-index.ts";

const SCOPE = "_messages";

/** A message as it is read: its number, what was sent, and when. */
export type NumberedMessage = Message & { readonly seq: number; readonly ts: string };

interface MessageRow extends Record<string, SqlStorageValue> {
  key: string;
  value: string;
  updated_at: string;
}

function decode({ key, value, updated_at }: MessageRow): NumberedMessage {
  return { ...(JSON.parse(value) as Message), seq: Number(key), ts: updated_at };
}

function bounded(rows: Iterable<MessageRow>, chars: number): MessageRow[] {
  return boundedRows(rows, ({ value }) => value, chars);
}

/** A message's number, as its index has it. */
const NUMBER = "CAST(key AS INTEGER)";
/** The index is named because the planner would take the primary key, and sort every message of the room. */
const MESSAGES = "FROM state INDEXED BY messages_by_number WHERE scope = '_messages'";

/**
 * Messages stay in SQLite, however many there are, and are read in order of their numbers by an index. Numbers may have
 * gaps of any size: the original system's had. `last` is the highest number that counts.
 */
export class MessageStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The newest `limit` messages up to number `last`, oldest first: fewer where their values come to `chars`. */
  newest(limit: number, last: number, chars: number): NumberedMessage[] {
    const query = `SELECT key, value, updated_at ${MESSAGES} AND ${NUMBER} <= ? ORDER BY ${NUMBER} DESC LIMIT ?`;
    return bounded(this.#sql.exec<MessageRow>(query, last, limit), chars)
      .reverse()
      .map(decode);
  }

  /** The oldest `limit` messages after number `after` and up to `last`: fewer where their values come to `chars`. */
  after(after: number, limit: number, last: number, chars: number): NumberedMessage[] {
    const query = `SELECT key, value, updated_at ${MESSAGES} AND ${NUMBER} > ? AND ${NUMBER} <= ?
      ORDER BY ${NUMBER} LIMIT ?`;
    return bounded(this.#sql.exec<MessageRow>(query, after, last, limit), chars).map(decode);
  }

  /** The numbers of the newest `limit` messages up to `last`, the lowest first. */
  newestNumbers(limit: number, last: number): number[] {
    const query = `SELECT ${NUMBER} AS number ${MESSAGES} AND ${NUMBER} <= ? ORDER BY ${NUMBER} DESC LIMIT ?`;
    return this.#numbers(query, last, limit).reverse();
  }

  /** The lowest `limit` numbers of messages after `after` and up to `last`. */
  numbersAfter(after: number, limit: number, last: number): number[] {
    const query = `SELECT ${NUMBER} AS number ${MESSAGES} AND ${NUMBER} > ? AND ${NUMBER} <= ?
      ORDER BY ${NUMBER} LIMIT ?`;
    return this.#numbers(query, after, last, limit);
  }

  /** The highest number up to `last` after the event `seq`: found by halves, since each was written after those before it. */
  highestAt(index: KeyIndex, seq: number, last: number): number {
    const isThere = (number: number) => (index.first(SCOPE, String(number)) ?? 0) <= seq;
    const [newest = 0] = this.newestNumbers(1, last);
    if (isThere(newest)) return newest;
    let [low, high] = [0, newest];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const [found = 0] = this.newestNumbers(1, middle);
      if (found <= low || isThere(found)) low = middle;
      else high = found - 1;
    }
    return this.newestNumbers(1, low)[0] ?? 0;
  }

  /** How many messages there are up to number `last`. */
  count(last: number): number {
    const query = `SELECT count(*) AS messages ${MESSAGES} AND ${NUMBER} <= ?`;
    return this.#sql.exec<{ messages: number }>(query, last).one().messages;
  }

  /**
   * How many messages after number `after` an agent has not written itself, and how many of them are directed at it: one
   * scan of those messages.
   */
  unread(agent: string, after: number, last: number): { unread: number; directed: number } {
    const query = `SELECT count(*) AS unread, coalesce(sum(CASE json_type(value, '$.to')
        WHEN 'text' THEN json_extract(value, '$.to') = ?1
        WHEN 'array' THEN EXISTS (SELECT 1 FROM json_each(state.value, '$.to') AS recipient WHERE recipient.value = ?1)
        ELSE 0 END), 0) AS directed
      ${MESSAGES} AND ${NUMBER} > ?2 AND ${NUMBER} <= ?3 AND json_extract(value, '$.from') IS NOT ?1`;
    return this.#sql.exec<{ unread: number; directed: number }>(query, agent, after, last).one();
  }

  #numbers(query: string, ...bindings: number[]): number[] {
    const rows = this.#sql.exec<{ number: number }>(query, ...bindings).toArray();
    return rows.map(({ number }) => number);
  }
}
