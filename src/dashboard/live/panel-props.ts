import type { Session } from "./session.ts";
import type { Snapshot } from "./snapshot.ts";

/** What every panel is given: one room at one seq, and who looks at it. */
export interface PanelProps {
  readonly snapshot: Snapshot;
  readonly session: Session;
}
