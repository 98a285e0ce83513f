import { AnswerStore } from "./answer-store.ts";
import { CheckpointStore } from "./checkpoint-store.ts";
import { ImportStore } from "./import-store.ts";
import { KeyIndex } from "./key-index.ts";
import { LogStore } from "./log-store.ts";
import { MessageStore } from "./message-store.ts";
import { PresenceStore } from "./presence-store.ts";
import { SampleStore } from "./sample-store.ts";
import { StateStore } from "./state-store.ts";
import { TableSizes } from "./table-sizes.ts";
import { TimerStore } from "./timer-store.ts";
import { TokenStore } from "./token-store.ts";
import { UsageStore } from "./usage-store.ts";

/** The tables of one room. */
export interface Stores {
  readonly state: StateStore;
  /** The state as of the checkpoint behind which events were forgotten. */
  readonly base: StateStore;
  readonly checkpoint: CheckpointStore;
  readonly timers: TimerStore;
  readonly log: LogStore;
  readonly index: KeyIndex;
  readonly messages: MessageStore;
  readonly tokens: TokenStore;
  readonly answers: AnswerStore;
  readonly presence: PresenceStore;
  readonly usage: UsageStore;
  readonly samples: SampleStore;
  readonly imports: ImportStore;
  readonly sizes: TableSizes;
}

export function openStores(sql: SqlStorage): Stores {
  return {
    state: new StateStore(sql),
    base: new StateStore(sql, "base"),
    checkpoint: new CheckpointStore(sql),
    timers: new TimerStore(sql),
    log: new LogStore(sql),
    index: new KeyIndex(sql),
    messages: new MessageStore(sql),
    tokens: new TokenStore(sql),
    answers: new AnswerStore(sql),
    presence: new PresenceStore(sql),
    usage: new UsageStore(sql),
    samples: new SampleStore(sql),
    imports: new ImportStore(sql),
    sizes: new TableSizes(sql),
  };
}
