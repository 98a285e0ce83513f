import type { Json } from "../../../client/main.ts";
import { isJsonObject } from "../../live/json-object.ts";
import { JsonLine } from "../../parts/json.tsx";
import { ScrollRegion } from "../../parts/scroll-region.tsx";
import { Clock } from "../../parts/time.tsx";
import type { SurfaceProps } from "./surface.ts";
import { countOf, textsOf } from "./surface.ts";
import { Nothing } from "./value-surfaces.tsx";

const ROWS = 100;

interface Row {
  readonly name: string;
  readonly cells: Readonly<Record<string, Json>>;
}

/** A list of objects or an object of objects as rows; what is neither, as names and values. */
export function TableSurface({ surface: { value, render, label } }: SurfaceProps) {
  const rows = rowsOf(value);
  const limit = countOf(render.limit, ROWS);
  const shown = rows.slice(0, limit);
  const asked = textsOf(render.columns);
  const columns = asked.length > 0 ? asked : [...new Set(shown.flatMap(({ cells }) => Object.keys(cells)))];
  const isNamed = shown.some(({ name }) => name !== "");
  if (rows.length === 0) return <Nothing />;
  return (
    <ScrollRegion class="table-scroll" label={`${label}, as a table`}>
      <table class="grid" aria-label={label}>
        {columns.some((name) => name !== "") && (
          <thead>
            <tr>
              {isNamed && (
                <th scope="col">
                  <span class="sr">Name</span>
                </th>
              )}
              {columns.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {shown.map(({ name, cells }, index) => (
            <tr key={index}>
              {isNamed && <th scope="row">{name}</th>}
              {columns.map((column) => (
                <td key={column}>
                  <Cell value={Object.hasOwn(cells, column) ? (cells[column] ?? null) : null} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > limit && <p class="muted small">{(rows.length - limit).toLocaleString()} more rows.</p>}
    </ScrollRegion>
  );
}

function rowsOf(value: Json): Row[] {
  if (Array.isArray(value)) return value.map((each) => ({ name: "", cells: cellsOf(each) }));
  if (typeof value !== "object" || value === null)
    return value === null ? [] : [{ name: "", cells: cellsOf(value) }];
  return Object.entries(value).map(([name, each]) => ({ name, cells: cellsOf(each) }));
}

function cellsOf(value: Json): Readonly<Record<string, Json>> {
  return isJsonObject(value) ? value : { "": value };
}

/** An instant as a room writes it. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** A text that is so long may not be squeezed into a column. */
const LONG = 24;

function Cell({ value }: { readonly value: Json }) {
  if (value === null) return null;
  if (typeof value === "number") return <span class="num">{value.toLocaleString()}</span>;
  if (typeof value === "boolean") return <span>{value ? "yes" : "no"}</span>;
  if (typeof value === "string") {
    if (INSTANT.test(value)) return <Clock ts={value} />;
    return value.length > LONG ? <div class="long">{value}</div> : <span>{value}</span>;
  }
  const listed = Array.isArray(value) ? value.map(listItem) : [null];
  return listed.includes(null) ? <JsonLine value={value} /> : <span>{listed.join(", ")}</span>;
}

/** An item of a list as a text: what is plain, or a few plain fields; null for what is neither. */
function listItem(item: Json): string | null {
  if (typeof item === "string" || typeof item === "number") return String(item);
  const fields = isJsonObject(item) ? Object.values(item) : [];
  const isPlain = fields.length > 0 && fields.length <= 3;
  return isPlain && fields.every((field) => typeof field === "string" || typeof field === "number")
    ? fields.join(" ")
    : null;
}
