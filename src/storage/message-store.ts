import type { Json } from "../kernel/json.ts";
import { isDirectedAt } from "../kernel/message.ts";
import type { Message } from "../kernel/model.ts";

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

/**
 * Messages stay in SQLite, however many there are: they are numbered without gaps, so every read is of a known range of
 * keys and each row is a look-up by primary key.
 */
export class MessageStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Messages numbered `first` to `last`, oldest first. */
  range(first: number, last: number): NumberedMessage[] {
    if (last < first) return [];
    const keys: string[] = Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
    return this.#sql
      .exec<MessageRow>(
        `SELECT state.key, state.value, state.updated_at FROM json_each(?) AS wanted
         JOIN state ON state.scope = '_messages' AND state.key = wanted.value ORDER BY wanted.id`,
        JSON.stringify(keys),
      )
      .toArray()
      .map(decode);
  }

  /** How many messages after number `after` an agent has not written itself, and how many of them are directed at it. */
  unread(agent: string, after: number, last: number): { unread: number; directed: number } {
    let unread = 0;
    let directed = 0;
    for (let first = after + 1; first <= last; first += 500) {
      for (const message of this.range(first, Math.min(first + 499, last))) {
        if (message.from === agent) continue;
        unread += 1;
        if (isDirectedAt(message.to as Json | undefined, agent)) directed += 1;
      }
    }
    return { unread, directed };
  }
}
