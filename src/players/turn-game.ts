import type { Board } from "./noughts.ts";
import { boardOf, decided, EMPTY, freeCells, taken } from "./noughts.ts";
import type { Player } from "./player.ts";
import type { Part } from "./stage.ts";
import { play } from "./stage.ts";

interface End {
  /** Null is a draw. */
  readonly winner: string | null;
  readonly reason: string;
}

/** What of the template's words is used here, as `sync types` writes it. */
interface Words {
  readonly actions: {
    readonly take_seat: { readonly params: object; readonly result: readonly string[] };
    readonly start_game: { readonly params: { readonly board: Board }; readonly result: unknown };
    readonly play_move: {
      readonly params: { readonly move: string; readonly board: Board };
      readonly result: string;
    };
    readonly claim_end: { readonly params: End; readonly result: unknown };
    readonly confirm_end: { readonly params: object; readonly result: string };
    readonly dispute_end: { readonly params: { readonly reason: string }; readonly result: unknown };
  };
  readonly views: { readonly to_move: string | null; readonly winner: string | null };
  readonly state: {
    readonly _game?: {
      readonly status?: "playing" | "over";
      readonly players?: readonly string[];
      readonly claim?: End;
      readonly board?: unknown;
    };
  };
}

/** Plays noughts and crosses to the end that all players confirm; the first has the crosses. */
const player: Part<Words> = async (self, other) => {
  const seat = await self.attempt("take_seat");
  if (!seat) return await self.say("The game has begun or is over: the next one takes a new room.");
  await self.until(`state._game.status != null || "${other}" in state._game.players`);
  // One of the two is faster.
  await self.attempt("start_game", { board: EMPTY });
  for (;;) {
    const { state, views } = await self.until(MY_TURN);
    const { status, players = [], claim, board } = state._game ?? {};
    if (status === "over") break;
    const end = decided(boardOf(board), players);
    if (claim) await judge(self, claim, end);
    else if (end) await self.attempt("claim_end", end);
    else if (views.to_move === self.id) await move(self, boardOf(board), players);
  }
  const { views } = await self.look();
  await self.say(
    views.winner === self.id ? "Mine! A good game." : views.winner ? "Well played." : "A draw. Well played.",
  );
};

/** That it is this player's turn, to move or to say whether the game is decided. */
const MY_TURN =
  'views.to_move == self || state._game.status == "over" || (state._game.claim != null && !(self in state._game.confirmed_by))';

async function judge(self: Player<Words>, claim: End, end: End | null): Promise<void> {
  if (end && end.winner === claim.winner) await self.attempt("confirm_end");
  else await self.attempt("dispute_end", { reason: "The board does not say so." });
}

/** The cell that wins, else the one that keeps another from winning, else any. */
async function move(self: Player<Words>, board: Board, players: readonly string[]): Promise<void> {
  const free = freeCells(board);
  const winning = [self.id, ...players].flatMap((who) =>
    free.filter((cell) => decided(taken(board, cell, players.indexOf(who)), players)?.winner === who),
  );
  const cell = winning[0] ?? self.pick(free);
  if (cell === undefined) return;
  await self.attempt("play_move", { move: cell, board: taken(board, cell, players.indexOf(self.id)) });
}

export const turnGame = play<Words>([player, player]);
