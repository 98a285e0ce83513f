import type { Message } from "./answers.ts";
import type { ActionDefinition, ViewDefinition } from "./definitions.ts";
import type { HiddenWrite } from "./events.ts";
import type { Json, JsonObject } from "./json.ts";

/** What an invocation wrote: a value, a deletion, or into a scope that the invoker may not read. */
export type Written =
  | {
      readonly scope: string;
      readonly key: string;
      readonly value: Json;
      readonly revision: number;
      readonly hash: string;
      readonly timer?: JsonObject;
    }
  | { readonly scope: string; readonly key: string; readonly deleted: true }
  | HiddenWrite;

/** An invocation that the room accepted. */
export interface Invoked<Result = unknown> {
  readonly invoked: true;
  readonly action: string;
  readonly agent: string | null;
  readonly params?: JsonObject;
  readonly writes: readonly Written[];
  readonly cooldown?: { readonly available_at?: string; readonly ticks_remaining?: number };
  readonly seq: number;
  readonly result?: Result;
  readonly warning?: string;
}

export interface Registered<Definition> extends Invoked {
  readonly id: string;
  readonly definition: Omit<Definition, "id" | "if_hash"> & { readonly registered_by: string | null };
  readonly hash: string;
  readonly revision: number;
}

export type RegisteredAction = Registered<ActionDefinition>;
/** `value` is the view's, as it is now. */
export type RegisteredView = Registered<ViewDefinition> & { readonly value: Json };

export interface Deleted extends Invoked {
  readonly deleted: true;
  readonly id: string;
}

export interface Sent extends Invoked {
  readonly message: Message;
}

/** A help text. */
export interface HelpText extends Invoked {
  readonly key: string;
  readonly content: Json;
  readonly hash: string;
  readonly source: string;
}

/** What there is to read. */
export interface HelpTopics extends Invoked {
  readonly keys: readonly string[];
  readonly usage: string;
  readonly topics: readonly { readonly key: string; readonly summary: string; readonly source: string }[];
}

/** A clause that does not hold, and what it read. */
export interface UnmetClause {
  readonly clause?: string;
  readonly line?: number;
  readonly column?: number;
  readonly value?: Json;
  readonly fault?: Json;
  readonly reads?: readonly JsonObject[];
  readonly hidden?: true;
}

/** What an invocation would have done. */
export interface DryRun {
  readonly dry_run: true;
  readonly invoked: false;
  readonly allowed: boolean;
  readonly action: string;
  readonly agent: string | null;
  readonly writes?: readonly Written[];
  /** Why not, where it is not allowed. */
  readonly error?: string;
  readonly message?: string;
  readonly hint?: string;
  readonly clause?: string;
  readonly expression?: string;
  readonly unmet?: readonly UnmetClause[];
  readonly reads?: readonly JsonObject[];
}

/** One of several invocations, as the single call would have answered. */
export interface BatchResult {
  readonly status: number;
  readonly body: Json;
  readonly replayed?: boolean;
}

export interface Batch {
  readonly results: readonly BatchResult[];
  readonly seq: number;
}
