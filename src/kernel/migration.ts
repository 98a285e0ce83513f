import type { Json } from "./json.ts";

/** How far a room of the original system has moved into state and log [LEGACY-5]. */
export const PHASES = ["legacy", "dual", "validated", "v8"] as const;
export type Phase = (typeof PHASES)[number];

/** Where the two sides of a room do not show the same. */
export interface Difference {
  /** Whose token looks: null for the room's own. */
  readonly agent: string | null;
  /** What it looks at, and where in it: `context.actions.go.available`. */
  readonly path: string;
  /** What the entity tables show, null where they show nothing. */
  readonly legacy: Json;
  /** What state shows, null where it shows nothing. */
  readonly v8: Json;
}

export interface MigrationStep {
  readonly from: Phase;
  readonly to: Phase;
  /** Set where the step was taken in spite of these differences. */
  readonly forced?: true;
  readonly differences?: readonly Difference[];
  /** How many there are, where not all are listed. */
  readonly difference_count?: number;
}

/** What an event of the original system says that it wrote: told to readers, and folded into nothing [LEGACY-1]. */
export interface LegacyOperation {
  readonly op: "legacy";
  readonly scope: string;
  readonly key: string;
  /** What it wrote, where the event told it. */
  readonly value?: Json;
  readonly revision: 0;
  readonly hash: "";
}
