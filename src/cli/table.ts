import { width } from "./text.ts";

/** A cell is shown as `shown`, which may hold colours, and is as wide as `text`. */
export interface Cell {
  readonly text: string;
  readonly shown: string;
}

/** Rows in aligned columns, two spaces apart. */
export function table(rows: readonly (readonly (Cell | string)[])[], indent = ""): string {
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === "string" ? { text: cell, shown: cell } : cell)),
  );
  const widths: number[] = [];
  for (const row of cells) {
    for (const [column, { text }] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, width(text));
    }
  }
  return cells
    .map((row) => (indent + row.map((cell, column) => padded(cell, widths[column])).join("  ")).trimEnd())
    .join("\n");
}

function padded({ text, shown }: Cell, columns = 0): string {
  return shown + " ".repeat(Math.max(0, columns - width(text)));
}
