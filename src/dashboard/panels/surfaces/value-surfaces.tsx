import { useEffect, useRef, useState } from "preact/hooks";
import type { Json } from "../../../client/main.ts";
import { isJsonObject } from "../../live/json-object.ts";
import { endOf } from "../../live/snapshot.ts";
import { JsonBlock, JsonLine } from "../../parts/json.tsx";
import { Markdown } from "../../parts/markdown.tsx";
import { ScrollRegion } from "../../parts/scroll-region.tsx";
import { Sparkline } from "../../parts/sparkline.tsx";
import { Ago } from "../../parts/time.tsx";
import type { SurfaceProps } from "./surface.ts";
import { countOf, textOf } from "./surface.ts";

/** One figure; a temporal one with its course. */
export function MetricSurface({ surface, snapshot, session }: SurfaceProps) {
  const { id, value, render } = surface;
  const unit = textOf(render.unit);
  return (
    <>
      <p class="figure num">
        {figureOf(value)}
        {unit !== null && <span class="unit muted"> {unit}</span>}
      </p>
      {render.temporal === true && (
        <Sparkline session={session} view={id} value={value} until={endOf(snapshot)} />
      )}
    </>
  );
}

function figureOf(value: Json) {
  if (value === null) return <span class="muted">–</span>;
  if (typeof value === "number") return value.toLocaleString();
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" ? value : <JsonLine value={value} />;
}

export function MarkdownSurface({ surface: { value } }: SurfaceProps) {
  return value === null ? (
    <Nothing />
  ) : (
    <Markdown text={typeof value === "string" ? value : JSON.stringify(value)} />
  );
}

const FEED_LIMIT = 20;

/** The last items of a list, the newest first. */
export function FeedSurface({ surface: { value, render } }: SurfaceProps) {
  const items = Array.isArray(value) ? value : value === null ? [] : [value];
  const shown = items.slice(-countOf(render.limit, FEED_LIMIT)).toReversed();
  if (shown.length === 0) return <Nothing />;
  return (
    <ol class="feed">
      {shown.map((item, index) => (
        <li key={items.length - index}>
          <FeedItem item={item} />
        </li>
      ))}
    </ol>
  );
}

/** A text, or an object whose `text`, `from` and `ts` are known by these or usual names. */
function FeedItem({ item }: { readonly item: Json }) {
  if (!isJsonObject(item)) {
    return <span>{typeof item === "string" ? item : <JsonLine value={item} />}</span>;
  }
  const from = textOf(item.from ?? item.by ?? item.agent);
  const text = item.text ?? item.body ?? item.message;
  const ts = textOf(item.ts ?? item.at);
  if (text === undefined) return <JsonLine value={item} />;
  return (
    <span>
      {from !== null && <b class="who">{from} </b>}
      {typeof text === "string" ? text : <JsonLine value={text} />}
      {ts !== null && !Number.isNaN(Date.parse(ts)) && (
        <span class="muted">
          {" "}
          <Ago ts={ts} />
        </span>
      )}
    </span>
  );
}

/** Rows of cells: a board. */
export function GridSurface({ surface: { value, render, label } }: SurfaceProps) {
  const cells = Array.isArray(value) ? value : [];
  const width = countOf(render.columns, Math.max(1, Math.ceil(Math.sqrt(cells.length))));
  const rows = cells.every((row) => Array.isArray(row))
    ? cells
    : Array.from({ length: Math.ceil(cells.length / width) }, (_, row) =>
        cells.slice(row * width, (row + 1) * width),
      );
  if (rows.length === 0) return <Nothing />;
  return (
    <ScrollRegion class="table-scroll" label={`${label}, as a grid`}>
      <table class="board" aria-label={label}>
        <tbody>
          {rows.map((row, y) => (
            <tr key={y}>
              {row.map((cell, x) => (
                <td key={x} class="num">
                  {cell === null ? "" : typeof cell === "object" ? <JsonLine value={cell} /> : String(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

/** Any value, and when it changed before the reader's eyes. */
export function WatchSurface({ surface: { id, value } }: SurfaceProps) {
  const text = JSON.stringify(value);
  const first = useRef(text);
  const [changed, setChanged] = useState<string | null>(null);
  useEffect(() => {
    if (text !== first.current) setChanged(new Date().toISOString());
    first.current = text;
  }, [text]);
  return (
    <div key={changed} class={changed === null ? "" : "flash"}>
      {typeof value === "object" && value !== null ? (
        <JsonBlock value={value} label={id} />
      ) : (
        <JsonLine value={value} />
      )}
      {changed !== null && (
        <p class="muted small">
          changed <Ago ts={changed} />
        </p>
      )}
    </div>
  );
}

export function Nothing() {
  return <p class="muted">Nothing yet.</p>;
}
