/** A cell's number, from 1 to 9, row by row, and who holds it. */
export type Board = ReadonlyMap<number, string>;

const STARTS = [
  { from: [1, 4, 7], step: 1 },
  { from: [1, 2, 3], step: 3 },
  { from: [1], step: 4 },
  { from: [3], step: 2 },
];
const LINES = STARTS.flatMap(({ from, step }) => from.map((cell) => [cell, cell + step, cell + 2 * step]));

export function freeCells(board: Board): number[] {
  return [1, 2, 3, 4, 5, 6, 7, 8, 9].filter((cell) => !board.has(cell));
}

/** Whether `player` holds a line. */
export function holdsLine(board: Board, player: string): boolean {
  return LINES.some((line) => line.every((cell) => board.get(cell) === player));
}

/** The board as text, the first of `players` as X, the second as O. */
export function drawn(board: Board, players: readonly string[]): string {
  const sign = (cell: number) => {
    const holder = board.get(cell);
    return holder === undefined ? " " : holder === players[0] ? "X" : "O";
  };
  const row = (first: number) => ` ${[first, first + 1, first + 2].map(sign).join(" | ")}`;
  return [1, 4, 7].map(row).join("\n---+---+---\n");
}
