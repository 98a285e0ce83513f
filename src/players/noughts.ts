/** Three rows of three cells: whose mark is in each, `""` where it is free. */
export type Board = readonly (readonly string[])[];

/** A cell by its column and row, as in `b2`: the middle. */
export type Cell = string;

const MARKS = ["✕", "◯", "△", "◇"];
const COLUMNS = ["a", "b", "c"];
const CELLS: readonly Cell[] = [1, 2, 3].flatMap((row) => COLUMNS.map((column) => column + row));
const LINES: readonly (readonly Cell[])[] = [
  ...["a", "b", "c"].map((column) => [1, 2, 3].map((row) => column + row)),
  ...[1, 2, 3].map((row) => COLUMNS.map((column) => column + row)),
  ["a1", "b2", "c3"],
  ["c1", "b2", "a3"],
];

export const EMPTY: Board = COLUMNS.map(() => COLUMNS.map(() => ""));

/** A board, of what the room holds as one: other players may have put anything there. */
export function boardOf(value: unknown): Board {
  const isBoard =
    Array.isArray(value) &&
    value.length === 3 &&
    value.every((row) => Array.isArray(row) && row.length === 3);
  return isBoard ? value.map((row: unknown[]) => row.map(String)) : EMPTY;
}

export function freeCells(board: Board): Cell[] {
  return CELLS.filter((cell) => markAt(board, cell) === "");
}

/** The board after a player, by the number of the seat, has taken a cell. */
export function taken(board: Board, cell: Cell, seat: number): Board {
  const mark = MARKS[seat % MARKS.length] ?? "";
  return board.map((row, y) => row.map((was, x) => (CELLS[y * 3 + x] === cell ? mark : was)));
}

/** How the game ended, or null while it goes on. */
export function decided(
  board: Board,
  players: readonly string[],
): { readonly winner: string | null; readonly reason: string } | null {
  for (const line of LINES) {
    const [mark = "", ...others] = line.map((cell) => markAt(board, cell));
    const winner = players[MARKS.indexOf(mark)];
    if (winner !== undefined && others.every((other) => other === mark))
      return { winner, reason: `three in a row: ${line.join(" ")}` };
  }
  return freeCells(board).length === 0 ? { winner: null, reason: "the board is full" } : null;
}

function markAt(board: Board, cell: Cell): string {
  const at = CELLS.indexOf(cell);
  return board[Math.floor(at / 3)]?.[at % 3] ?? "";
}
