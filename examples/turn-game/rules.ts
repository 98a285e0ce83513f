/**
 * Noughts and crosses, as a room keeps it. The board is the scope `_board`: a cell's number, and who took it. Nobody
 * referees: the `if` of `move` says whose turn it is and which cells are free, and a view sees the win.
 */
const LINES = ["123", "456", "789", "147", "258", "369", "159", "357"].map((line) => [...line]);
const owner = (at: number) => `state._board[line[${at}]]`;

/** Crosses begin. */
export const MARKS = ["crosses", "noughts"] as const;
export type Mark = (typeof MARKS)[number];

export const ACTIONS = [
  {
    id: "sit",
    description: "Take the part of crosses or noughts",
    params: { mark: { type: "string", enum: MARKS, required: true } },
    // A part is taken once.
    writes: [{ scope: "_seats", key: "${params.mark}", value: "${self}", if_hash: "" }],
  },
  {
    id: "move",
    description: "Take a free cell; number says which move of the game this is, from 1",
    params: {
      cell: { type: "integer", minimum: 1, maximum: 9, required: true },
      number: { type: "integer", required: true },
    },
    if: "views.turn == self && params.number == size(state._board) + 1 && !(string(params.cell) in state._board)",
    writes: [{ scope: "_board", key: "${params.cell}", value: "${self}" }],
  },
];

export const VIEWS = [
  {
    id: "line",
    description: "The cells of a line that one player holds",
    expr: `${JSON.stringify(LINES)}.filter(line, ${owner(0)} != null && ${owner(0)} == ${owner(1)} && ${owner(1)} == ${owner(2)})`,
  },
  {
    id: "outcome",
    description: "Who has won, or draw; null while the game goes on",
    expr: 'size(views.line) > 0 ? state._board[views.line[0][0]] : size(state._board) == 9 ? "draw" : null',
  },
  {
    id: "turn",
    description: "Whose move it is; null before both sit and after the end",
    expr: `size(state._seats) < 2 || views.outcome != null ? null
      : size(state._board) % 2 == 0 ? state._seats.crosses : state._seats.noughts`,
  },
];
