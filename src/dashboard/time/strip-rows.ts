import type { LeanEvent } from "../../client/main.ts";

/** So many agents have a row of their own, the most active. */
const MOST_ROWS = 6;

/** What happened in one stretch of the log. */
export interface Bucket {
  count: number;
  refused: number;
}

/** What one agent did, or the room, or all agents that have no row of their own. */
export interface StripRow {
  readonly title: string;
  readonly total: number;
  readonly refused: number;
  readonly buckets: readonly Bucket[];
}

/** The seqs that are drawn: those after `first`, up to `last`. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** One row an agent, the most active first, then the others as one, then the room's own. */
export function stripRows(events: readonly LeanEvent[], span: Span, buckets: number): StripRow[] {
  const byAgent = Map.groupBy(events, ({ agent }) => agent);
  const room = byAgent.get(null) ?? [];
  byAgent.delete(null);
  const agents = [...byAgent].sort(([, a], [, b]) => b.length - a.length);
  const others = agents.slice(MOST_ROWS);
  const rows = agents.slice(0, MOST_ROWS).map(([agent, own]) => rowOf(agent ?? "", own, span, buckets));
  const merged = others.flatMap(([, own]) => own);
  return [
    ...rows,
    ...(others.length > 0 ? [rowOf(`${others.length} others`, merged, span, buckets)] : []),
    ...(room.length > 0 ? [rowOf("room", room, span, buckets)] : []),
  ];
}

function rowOf(title: string, events: readonly LeanEvent[], span: Span, count: number): StripRow {
  const buckets = Array.from({ length: count }, (): Bucket => ({ count: 0, refused: 0 }));
  let refused = 0;
  for (const { seq, payload } of events) {
    const bucket = buckets[bucketOf(seq, span, count)];
    if (!bucket) continue;
    bucket.count += 1;
    if (payload.ok) continue;
    bucket.refused += 1;
    refused += 1;
  }
  return { title, total: events.length, refused, buckets };
}

function bucketOf(seq: number, { first, last }: Span, count: number): number {
  return Math.floor(((seq - first - 1) / Math.max(1, last - first)) * count);
}

/** The seqs of a bucket, both inclusive. */
export function bucketSpan(bucket: number, { first, last }: Span, count: number): Span {
  const each = (last - first) / count;
  return { first: first + 1 + Math.ceil(bucket * each), last: first + Math.ceil((bucket + 1) * each) };
}

/**
 * The bars of a row as two paths in a box of `width` by `height`: what was accepted stands on the ground, filled; what was
 * refused stands on top of it, to be drawn hollow.
 */
export function barPaths(row: StripRow, most: number, { width, height }: { width: number; height: number }) {
  const step = width / row.buckets.length;
  const heightOf = (count: number) => (count === 0 ? 0 : 2 + Math.sqrt(count / most) * (height - 2));
  const box = (index: number, from: number, to: number) =>
    `M${(index * step).toFixed(2)} ${(height - from).toFixed(1)}h${(step * 0.8).toFixed(2)}V${(height - to).toFixed(1)}h${(-step * 0.8).toFixed(2)}z`;
  let [done, refused] = ["", ""];
  for (const [index, bucket] of row.buckets.entries()) {
    if (bucket.count === 0) continue;
    const whole = heightOf(bucket.count);
    const ground = whole * (1 - bucket.refused / bucket.count);
    if (ground > 0) done += box(index, 0, ground);
    if (bucket.refused > 0) refused += box(index, ground, whole);
  }
  return { done, refused };
}
