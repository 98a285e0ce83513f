/** The sections of a context, in the order in which they stand. */
export const SECTIONS = ["state", "views", "agents", "actions", "messages", "self"] as const;
export type Section = (typeof SECTIONS)[number];

/** Reserved scopes that `state` shows only when they are asked for [CTX-1]. */
export const INCLUDABLE_SCOPES = [
  "_audit",
  "_messages",
  "_actions",
  "_views",
  "_agents",
  "_config",
  "_help",
] as const;

/** How much a context tells of each action [CTX-1]. */
export type Depth = "lean" | "full" | "usage";

/** What a reader asked to see [CTX-2]. */
export interface ContextShape {
  /** Sections, or single scopes as `state._shared`; null for all. */
  readonly only: readonly string[] | null;
  readonly depth: Depth;
  readonly include: readonly string[];
  /** Read the oldest messages after this number in place of the newest. */
  readonly messages_after: number | null;
  readonly messages_limit: number;
  /** Only what became different after this seq; null for everything [CTX-3]. */
  readonly since: number | null;
  /** Tokens that the answer may have; null for as many as it takes [CTX-4]. */
  readonly budget: number | null;
  /** Parts that a budget leaves out last. */
  readonly expand: readonly string[];
  /** Tell of each value where it came from [CTX-5]. */
  readonly meta: boolean;
  readonly messages: boolean;
  readonly actions: boolean;
  /** The query as it was understood, for `_context.request`. */
  readonly request: Readonly<Record<string, unknown>>;
}

export function wants(shape: ContextShape, section: Section): boolean {
  if (section === "messages" && !shape.messages) return false;
  if (section === "actions" && !shape.actions) return false;
  if (section === "self" || shape.only === null) return true;
  return shape.only.some((name) => name === section || name.startsWith(`${section}.`));
}
