import type { EventDraft, LogEvent } from "../kernel/model.ts";
import type { AnswerStore } from "../storage/answer-store.ts";
import type { TokenStore } from "../storage/token-store.ts";
import type { UsageStore } from "../storage/usage-store.ts";
import type { Host } from "./ports.ts";
import type { ReadModel } from "./read-model.ts";

/** Commits one event at `ts`, with what `within` stores beside it, and tells whoever depends on what it changed. */
export type Commit = (draft: EventDraft, ts: string, within: (event: LogEvent) => void) => LogEvent;

/** What the parts of a room share. */
export interface RoomParts {
  readonly model: ReadModel;
  readonly host: Host;
  readonly answers: AnswerStore;
  readonly tokens: TokenStore;
  readonly usage: UsageStore;
  readonly commit: Commit;
}
