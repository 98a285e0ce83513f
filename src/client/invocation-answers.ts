import type { Message } from "./answers.ts";
import type { ActionDefinition, ViewDefinition } from "./definitions.ts";
import type { HiddenWrite } from "./events.ts";
import type { Json, JsonObject } from "./json.ts";

/** What an invocation did to a key; of a scope that the invoker may not read, only that it did. */
export type Written =
  | {
      readonly scope: string;
      readonly key: string;
      readonly value: Json;
      readonly revision: number;
      readonly hash: string;
      readonly timer?: JsonObject;
    }
  | { readonly scope: string; readonly key: string; readonly revision: number; readonly hash: string }
  | { readonly scope: string; readonly key: string; readonly deleted: true }
  | HiddenWrite;

/** Until when an action cannot be invoked again. */
export interface Cooldown {
  readonly available_at?: string;
  readonly expires_at?: string;
  readonly ticks_remaining?: number;
}

/** An invocation that the room accepted. */
export interface Invoked<Result = unknown> {
  readonly invoked: true;
  readonly action: string;
  readonly agent: string | null;
  readonly params: JsonObject;
  readonly writes: readonly Written[];
  readonly cooldown?: Cooldown;
  readonly seq: number;
  /** Where the action has a `result`. */
  readonly result?: Result;
}

type Outcome = Omit<Invoked, "result">;

export type RegistrationWarning = "competing_write_targets" | "action_redefined" | "view_redefined";

export interface Registered<Definition> extends Outcome {
  readonly id: string;
  readonly definition: Omit<Definition, "id" | "if_hash"> & { readonly registered_by: string | null };
  readonly hash: string;
  readonly revision: number;
  readonly warning?: RegistrationWarning;
  readonly warnings?: readonly RegistrationWarning[];
  /** Targets that other actions write, too, and which. */
  readonly competing?: Readonly<Record<string, readonly string[]>>;
  /** The fields of the definition that are new. */
  readonly changed?: readonly string[];
}

export type RegisteredAction = Registered<ActionDefinition>;

export interface RegisteredView extends Registered<ViewDefinition> {
  /** What the view is worth now. */
  readonly value: Json;
}

export interface Deleted extends Outcome {
  readonly deleted: true;
  readonly id: string;
}

export interface Sent extends Outcome {
  readonly message: Message;
  /** Nobody has joined by an id that it is directed at. */
  readonly warning?: "unknown_recipient";
  readonly unknown?: readonly string[];
  readonly suggestion?: Suggestion;
}

/** The known name that an unknown one was probably meant to be. */
export interface Suggestion {
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

/** A help text. */
export interface HelpText {
  readonly invoked: true;
  readonly action: "help";
  readonly key: string;
  readonly content: Json;
  readonly hash: string;
  readonly version: string;
  readonly revision: number;
  readonly source: "builtin" | "room";
  /** Of a room's own text. */
  readonly writer?: { readonly agent: string | null; readonly action?: string | null; readonly seq: number };
}

/** What there is to read. */
export interface HelpTopics {
  readonly invoked: true;
  readonly action: "help";
  readonly keys: readonly string[];
  readonly usage: string;
  readonly topics: readonly {
    readonly key: string;
    /** None of a text of the room's own. */
    readonly summary?: string | null;
    readonly source: "builtin" | "room";
  }[];
}

/** A key that an expression read; a long value is shown by its beginning. */
export interface ReadKey {
  readonly scope: string;
  readonly key: string;
  readonly value?: Json;
  readonly excerpt?: string;
  readonly chars?: number;
  readonly absent?: true;
  readonly did_you_mean?: string;
}

/** A clause that does not hold, and what it read; one that reads what the caller may not is `hidden`. */
export interface UnmetClause {
  readonly clause?: string;
  readonly line?: number;
  readonly column?: number;
  readonly value?: Json;
  readonly excerpt?: string;
  readonly chars?: number;
  readonly fault?: JsonObject;
  readonly reads?: readonly ReadKey[];
  readonly reads_left_out?: number;
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
  readonly cooldown?: Cooldown;
  /** Why not, where it is not allowed. */
  readonly error?: string;
  readonly message?: string;
  readonly hint?: string;
  readonly clause?: string;
  readonly expression?: string;
  readonly unmet?: readonly UnmetClause[];
  readonly reads?: readonly ReadKey[];
}

/** One of several invocations, as the single call would have answered. */
export interface BatchResult {
  readonly status: number;
  readonly body: JsonObject;
  readonly replayed?: true;
}

export interface Batch {
  readonly results: readonly BatchResult[];
  /** Null where nothing was committed. */
  readonly seq: number | null;
}
