import { useMemo, useState } from "preact/hooks";
import type { Span, StripRow } from "./strip-rows.ts";
import { barPaths, bucketSpan } from "./strip-rows.ts";

/** px of the drawing's own; it is as wide as there is room. */
const WIDTH = 1000;
const ROW = 14;

interface ActivityStripProps {
  readonly rows: readonly StripRow[];
  readonly span: Span;
  readonly buckets: number;
  /** The event that is looked at. */
  readonly seq: number;
  readonly onGo: (seq: number) => void;
}

interface Spot {
  readonly row: number;
  readonly bucket: number;
}

/** Who acted when: a row an agent, along the scrubber's seqs. Arrows move over it, Enter or a click goes there. */
export function ActivityStrip({ rows, span, buckets, seq, onGo }: ActivityStripProps) {
  const [spot, setSpot] = useState<Spot | null>(null);
  const row = spot === null ? undefined : rows[spot.row];
  const go = () => spot && onGo(bucketSpan(spot.bucket, span, buckets).last);
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter" || event.key === " ") go();
    else {
      const to = moved(spot ?? { row: 0, bucket: buckets }, event.key, { rows: rows.length, buckets });
      if (!to) return;
      setSpot(to);
    }
    event.preventDefault();
  };
  const at = spot ? ((spot.bucket + 0.5) / buckets) * 100 : 0;
  return (
    <div class="strip">
      <ul class="strip-names" aria-hidden="true">
        {rows.map(({ title }) => (
          <li key={title} title={title}>
            {title}
          </li>
        ))}
      </ul>
      <div
        class="strip-box"
        role="application"
        aria-label="Activity by agent"
        aria-describedby="strip-told"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrows move over it, and Enter goes there.
        tabIndex={0}
        onPointerMove={(event) => setSpot(spotOf(event, rows.length, buckets))}
        onPointerLeave={() => setSpot(null)}
        onBlur={() => setSpot(null)}
        onClick={go}
        onKeyDown={press}
      >
        <Bars rows={rows} />
        <i class="strip-now" style={{ left: `${placeOf(seq, span)}%` }} />
        {spot && <i class="strip-spot" style={{ left: `${at}%`, top: `${spot.row * ROW}px` }} />}
      </div>
      <p class="strip-told muted" id="strip-told" aria-live="polite">
        {spot && row ? toldOf(row, spot.bucket, bucketSpan(spot.bucket, span, buckets)) : LEGEND}
      </p>
    </div>
  );
}

const LEGEND = "Filled: done. Hollow: refused. Point at a bar to see what it counts.";

/** As per cent of the width. */
function placeOf(seq: number, { first, last }: Span): number {
  return last === first ? 100 : ((seq - first) / (last - first)) * 100;
}

function Bars({ rows }: { readonly rows: readonly StripRow[] }) {
  const drawn = useMemo(() => {
    const most = Math.max(1, ...rows.flatMap(({ buckets }) => buckets.map(({ count }) => count)));
    return rows.map((row) => ({
      title: row.title,
      ...barPaths(row, most, { width: WIDTH, height: ROW - 3 }),
    }));
  }, [rows]);
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${Math.max(1, rows.length) * ROW}`}
      style={{ height: `${rows.length * ROW}px` }}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {drawn.map(({ title, done, refused }, index) => (
        <g key={title} transform={`translate(0 ${index * ROW + 2})`}>
          <path class="done" d={done} />
          <path class="refused" d={refused} />
        </g>
      ))}
    </svg>
  );
}

function spotOf(event: PointerEvent, rows: number, buckets: number): Spot | null {
  const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
  const bucket = Math.floor(((event.clientX - box.left) / box.width) * buckets);
  const row = Math.floor((event.clientY - box.top) / ROW);
  if (row < 0 || row >= rows) return null;
  return { row, bucket: Math.min(buckets - 1, Math.max(0, bucket)) };
}

function moved({ row, bucket }: Spot, key: string, all: { rows: number; buckets: number }): Spot | null {
  const steps: Readonly<Record<string, readonly [row: number, bucket: number]>> = {
    ArrowLeft: [row, bucket - 1],
    ArrowRight: [row, bucket + 1],
    ArrowUp: [row - 1, bucket],
    ArrowDown: [row + 1, bucket],
    Home: [row, 0],
    End: [row, all.buckets - 1],
  };
  const to = steps[key];
  if (!to) return null;
  const within = (index: number, count: number) => Math.min(count - 1, Math.max(0, index));
  return { row: within(to[0], all.rows), bucket: within(to[1], all.buckets) };
}

function toldOf({ title, buckets }: StripRow, bucket: number, { first, last }: Span): string {
  const { count = 0, refused = 0 } = buckets[bucket] ?? {};
  const where = first >= last ? `seq ${last}` : `seq ${first} to ${last}`;
  const which = refused > 0 ? `, ${refused} refused` : "";
  return `${title}: ${count} ${count === 1 ? "event" : "events"}${which}, ${where}`;
}
