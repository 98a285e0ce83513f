import type { AgentShown, Message } from "./answers.ts";
import type { UnmetClause } from "./invocation-answers.ts";
import type { JsonObject } from "./json.ts";
import type { ActionId, StateOf, ViewValues, VocabularyShape } from "./vocabulary.ts";

/** An action as a context shows it; `depth` adds fields. */
export interface ActionShown {
  readonly available: boolean;
  readonly enabled: boolean;
  readonly description: string | null;
  readonly params?: JsonObject;
  readonly builtin?: true;
  readonly scope?: string;
  readonly writes?: readonly JsonObject[];
  readonly if?: string;
  readonly result?: string;
  readonly intent?: string;
  readonly timer?: JsonObject;
  readonly on_invoke?: JsonObject;
  readonly registered_by?: string | null;
  readonly hash?: string;
  readonly invocations?: number;
  readonly last_invoked_by?: string | null;
  readonly last_invoked_at?: string | null;
}

export interface Messages {
  readonly count: number;
  readonly unread: number;
  readonly directed_unread: number;
  readonly recent: readonly Message[];
}

/** What a context shows. */
export interface Sections<V extends VocabularyShape> {
  readonly state: StateOf<V>;
  readonly views: ViewValues<V>;
  readonly agents: Readonly<Record<string, AgentShown>>;
  readonly actions: { readonly [Id in ActionId<V>]?: ActionShown };
  readonly messages: Messages;
  /** `""` for room and view tokens. */
  readonly self: string;
}

/** A section, or a single scope of the state. */
export type Part = Section | `state.${string}`;

type SectionOf<P extends Part> = P extends Section ? P : "state";

/** What one reader may see, of the parts that it asked for. */
export type Context<V extends VocabularyShape, P extends Part = Section> = Pick<
  Sections<V>,
  SectionOf<P> | "self"
> & {
  readonly seq: number;
  /** With `meta`. */
  readonly meta?: Meta;
  readonly _context: AboutContext;
};

/** What an answer is, and what it leaves out. */
export interface AboutContext {
  readonly sections: readonly Section[];
  readonly depth: Depth;
  readonly elided: readonly { readonly part: string; readonly count: number; readonly query: string }[];
  /** With `since`: what is gone. */
  readonly deleted?: {
    readonly state?: Readonly<Record<string, readonly string[]>>;
    readonly scopes?: readonly string[];
    readonly views?: readonly string[];
    readonly actions?: readonly string[];
    readonly agents?: readonly string[];
  };
  /** With `since`: before which member a new one stands; null is the end. */
  readonly before?: Readonly<Record<string, Readonly<Record<string, string | null>>>>;
  /** Help keys that matter now. */
  readonly help: readonly string[];
  readonly request: JsonObject;
}

/** Where each value comes from, and how each action was used. */
export interface Meta {
  readonly state: Readonly<Record<string, Readonly<Record<string, EntryMeta>>>>;
  readonly actions: Readonly<Record<string, ActionMeta>>;
}

export interface EntryMeta {
  readonly revision: number;
  readonly hash: string;
  readonly updated_at: string;
  /** Null is the room. */
  readonly writer: string | null;
  readonly via: string | null;
  readonly seq: number;
  readonly writers: readonly (string | null)[];
  readonly velocity: number;
  readonly score: number;
}

export interface ActionMeta {
  readonly invocations: number;
  readonly last_invoked_at: string | null;
  readonly last_invoked_by: string | null;
  readonly contested: readonly string[];
}

export type Section = "state" | "views" | "agents" | "actions" | "messages" | "self";
export type IncludableScope =
  | "_audit"
  | "_messages"
  | "_actions"
  | "_views"
  | "_agents"
  | "_config"
  | "_help";
/** How much a context tells of each action. */
export type Depth = "lean" | "full" | "usage";

/** The sections that a wait's `include` names, or the whole context. */
type Shown<V extends VocabularyShape, P extends Part, Include extends string> = [Include & Section] extends [
  never,
]
  ? { readonly context: Context<V, P> }
  : Pick<Sections<V>, Include & Section>;

/** The condition holds. */
export type Triggered<
  V extends VocabularyShape,
  P extends Part = Section,
  Include extends string = never,
> = Shown<V, P, Include> & {
  readonly triggered: true;
  readonly condition: string;
  readonly seq: number;
};

/** The time is over, and the condition does not hold. */
export type TimedOut<
  V extends VocabularyShape,
  P extends Part = Section,
  Include extends string = never,
> = Shown<V, P, Include> & {
  readonly triggered: false;
  readonly timeout: true;
  readonly elapsed_ms: number;
  readonly seq: number;
  readonly unmet: readonly UnmetClause[];
  readonly unmet_left_out?: number;
};
