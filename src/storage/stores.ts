import { AnswerStore } from "./answer-store.ts";
import { LogStore } from "./log-store.ts";
import { MessageStore } from "./message-store.ts";
import { PresenceStore } from "./presence-store.ts";
import { StateStore } from "./state-store.ts";
import { TimerStore } from "./timer-store.ts";
import { TokenStore } from "./token-store.ts";
import { UsageStore } from "./usage-store.ts";

/** The tables of one room. */
export interface Stores {
  readonly state: StateStore;
  readonly timers: TimerStore;
  readonly log: LogStore;
  readonly messages: MessageStore;
  readonly tokens: TokenStore;
  readonly answers: AnswerStore;
  readonly presence: PresenceStore;
  readonly usage: UsageStore;
}

export function openStores(sql: SqlStorage): Stores {
  return {
    state: new StateStore(sql),
    timers: new TimerStore(sql),
    log: new LogStore(sql),
    messages: new MessageStore(sql),
    tokens: new TokenStore(sql),
    answers: new AnswerStore(sql),
    presence: new PresenceStore(sql),
    usage: new UsageStore(sql),
  };
}
