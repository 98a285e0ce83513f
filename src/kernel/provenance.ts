import { LIMITS } from "./limits.ts";

/** Where a value came from [CTX-5]. */
export interface Provenance {
  /** The event that wrote it. */
  readonly seq: number;
  /** The agent that caused that event, or null for the room. */
  readonly writer: string | null;
  /** The action that wrote it, or null where none did. */
  readonly via: string | null;
  /** Whoever has written the entry since it came into being, the last first; null for the room. */
  readonly writers: readonly (string | null)[];
  /** How busy the entry was at its last write: the sum over its writes of 0.5^(age / 5 min), that write among them. */
  readonly velocity: number;
}

/** The write that an event makes. */
export type Writing = Pick<Provenance, "seq" | "writer" | "via">;

const HALF_LIFE_MS = 5 * 60_000;

/** What is left of 1 after `ageMs`: half after five minutes. An instant that is yet to come counts as now. */
export function decay(ageMs: number): number {
  return 0.5 ** (Math.max(0, ageMs) / HALF_LIFE_MS);
}

/** The provenance of an entry that is written at the instant `at`, ms since the epoch. */
export function provenanceAfter(
  before: { readonly provenance: Provenance; readonly updatedMs: number } | undefined,
  writing: Writing,
  at: number,
): Provenance {
  const { writer } = writing;
  if (!before) return { ...writing, writers: [writer], velocity: 1 };
  const { writers, velocity } = before.provenance;
  const known = writers[0] === writer ? writers : [writer, ...writers.filter((other) => other !== writer)];
  return {
    ...writing,
    writers: known.length > LIMITS.writersPerEntry ? known.slice(0, LIMITS.writersPerEntry) : known,
    velocity: velocity * decay(at - before.updatedMs) + 1,
  };
}
