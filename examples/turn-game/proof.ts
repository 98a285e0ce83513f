import type { Board } from "./board.ts";
import { freeCells, holdsLine } from "./board.ts";

export interface LoggedEvent {
  readonly seq: number;
  readonly agent: string | null;
  readonly ok: boolean;
  readonly action?: string;
  readonly writes: readonly { readonly scope: string; readonly key: string; readonly value?: unknown }[];
}

/** The game as the log tells it. */
export interface Game {
  readonly moves: readonly { readonly agent: string | null; readonly cell: number }[];
  readonly board: Board;
  readonly outcome: string | null;
  readonly refused: number;
}

/** Plays the log's moves again. */
export function replay(events: readonly LoggedEvent[]): Game {
  const played = events.filter(({ ok, action }) => ok && action === "move");
  const moves = played.flatMap(({ agent, writes }) =>
    writes.map(({ key }) => ({ agent, cell: Number(key) })),
  );
  const writes = events.filter(({ ok }) => ok).flatMap((event) => event.writes);
  const board = new Map(
    writes.filter(({ scope }) => scope === "_board").map(({ key, value }) => [Number(key), String(value)]),
  );
  const winner = [...new Set(board.values())].find((player) => holdsLine(board, player));
  const outcome = winner ?? (freeCells(board).length === 0 ? "draw" : null);
  return { moves, board, outcome, refused: events.filter(({ ok }) => !ok).length };
}

/** What is wrong with a game that `players` played, who saw it end as `seen`: nothing, if every rule was kept. */
export function faults(
  events: readonly LoggedEvent[],
  players: readonly string[],
  seen: readonly string[],
): string[] {
  const { moves, outcome, refused } = replay(events);
  const wrong: string[] = [];
  const board = new Map<number, string>();
  for (const [index, { agent, cell }] of moves.entries()) {
    const player = players[index % players.length] ?? "";
    if (agent !== player) wrong.push(`move ${index + 1} was ${agent}'s, out of turn`);
    if (!freeCells(board).includes(cell))
      wrong.push(`move ${index + 1} took cell ${cell}, which was not free`);
    if (players.some((other) => holdsLine(board, other))) wrong.push(`move ${index + 1} came after the end`);
    board.set(cell, player);
  }
  if (outcome === null) wrong.push("the game has no end");
  for (const told of seen)
    if (told !== outcome) wrong.push(`somebody saw ${told}, but the log says ${outcome}`);
  // Each turn but the first began with a taken cell, and each ended with a second move.
  if (refused !== 2 * moves.length - 1) wrong.push(`${refused} attempts to cheat were refused`);
  if (events.some(({ seq }, index) => seq !== index + 1)) wrong.push("the log has a gap");
  if (events.some(({ ok, writes }) => !ok && writes.length > 0)) wrong.push("a refused move wrote something");
  return wrong;
}
