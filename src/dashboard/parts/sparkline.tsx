import { useEffect, useState } from "preact/hooks";
import type { Json } from "../../client/main.ts";
import type { Session } from "../live/session.ts";

const WIDTH = 160;
const HEIGHT = 32;
/** So many samples are drawn, the newest. */
const MOST = 200;

interface SparklineProps {
  readonly session: Session;
  readonly view: string;
  /** As it is now: a new one is why samples are read anew, and the end of the line. */
  readonly value: Json;
  /** The event after which the room is looked at: what was sampled later is not drawn. Null is now. */
  readonly until: number | null;
}

/** A temporal view's value over time. */
export function Sparkline({ session, view, value, until }: SparklineProps) {
  const [numbers, setNumbers] = useState<readonly number[]>([]);
  const text = JSON.stringify(value);
  useEffect(() => {
    const end = new AbortController();
    const read = async () => {
      const read: number[] = [];
      for await (const sample of session.room.samples(view, { limit: 500, signal: end.signal })) {
        if (until !== null && sample.seq > until) break;
        if (typeof sample.value === "number") read.push(sample.value);
      }
      if (!end.signal.aborted) setNumbers(read.slice(-MOST));
    };
    read().catch(() => undefined);
    return () => end.abort();
  }, [session, view, text, until]);
  const points = typeof value === "number" ? [...numbers, value] : numbers;
  if (points.length < 2) return null;
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${view} over time, from ${points[0]} to ${points.at(-1)}`}
    >
      <polyline points={lineOf(points)} />
    </svg>
  );
}

function lineOf(points: readonly number[]): string {
  const low = Math.min(...points);
  const span = Math.max(...points) - low || 1;
  const step = WIDTH / (points.length - 1);
  return points
    .map((point, index) => {
      const y = HEIGHT - 2 - ((point - low) / span) * (HEIGHT - 4);
      return `${(index * step).toFixed(1)},${y.toFixed(1)}`;
    })
    .join(" ");
}
