import type { Result } from "../kernel/errors.ts";
import type { EventDraft, LogEvent } from "../kernel/model.ts";
import type { Caller } from "../protocol/calls.ts";
import type { AnswerStore } from "../storage/answer-store.ts";
import type { TokenStore } from "../storage/token-store.ts";
import type { UsageStore } from "../storage/usage-store.ts";
import type { Host } from "./ports.ts";
import type { ReadModel } from "./read-model.ts";
import type { Session } from "./session.ts";

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

/** A room to those that take its place for a while: its parts, and the way in. */
export interface RoomInside extends RoomParts {
  /** Lets a call in, as every call is. */
  enter(caller: Caller): Result<Session>;
}
