import { isDeepStrictEqual, parseArgs } from "node:util";
import { chance } from "../chance.ts";
import type { LocalServer } from "../local-server.ts";
import { withServer } from "../local-server.ts";
import type { Frame, Target } from "../room-socket.ts";
import { RoomSocket } from "../room-socket.ts";
import { drawn } from "./board.ts";
import { Player } from "./player.ts";
import type { LoggedEvent } from "./proof.ts";
import { faults, replay } from "./proof.ts";
import { ACTIONS, MARKS, VIEWS } from "./rules.ts";

/**
 * npm run game [-- --seed=<n>]: two agents play noughts and crosses in a room, each over one socket. They cheat where they
 * can; the room's actions keep the rules. In the end the game is played again from the room's log.
 */
const PLAYERS = ["ada", "bob"];
const DEADLINE_MS = 60_000;

interface Created {
  readonly id: string;
  readonly token: string;
  readonly view_token: string;
  readonly join_token: string;
}

const NOBODY = { frame: () => undefined, closed: () => undefined };

async function call<Body>(server: string, path: string, token?: string, body?: object): Promise<Body> {
  const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
  const init = body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers };
  const response = await fetch(server + path, init);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Body;
}

/** The room's owner brings the game's actions and views. */
async function bringRules(target: Target): Promise<void> {
  const owner = await RoomSocket.open(target, null, NOBODY);
  const bring = async (action: string, params: object) => {
    const answer = await owner.ask<Frame>({ type: "invoke", action, params });
    if (answer.type === "error") throw new Error(`${action}: ${JSON.stringify(answer)}`);
  };
  for (const view of VIEWS) await bring("_register_view", { ...view, scope: "_shared" });
  for (const action of ACTIONS) await bring("_register_action", action);
  owner.close();
}

/** One player joins by HTTP and does all else on its socket; answers the outcome that it sees. */
async function play(room: Target, seat: number, seed: number): Promise<string> {
  const [id = "", mark = "crosses"] = [PLAYERS[seat], MARKS[seat]];
  const joined = await call<{ token: string }>(room.server, `/rooms/${room.room}/agents`, room.token, { id });
  const socket = await RoomSocket.open({ ...room, token: joined.token }, null, NOBODY);
  try {
    return await new Player(socket, id, chance(seed + seat)).play(mark);
  } finally {
    socket.close();
  }
}

/** Plays one game and reports it; answers what was wrong. */
async function run({ url: server }: LocalServer, seed: number): Promise<string[]> {
  const created = await call<Created>(server, "/rooms", undefined, {});
  const as = (token: string): Target => ({ server, room: created.id, token });
  const seen: LoggedEvent[] = [];
  const spectator = await RoomSocket.open(as(created.view_token), 0, {
    frame: (frame) => void (frame.type === "event" && seen.push(frame as Frame & LoggedEvent)),
    closed: () => undefined,
  });
  await bringRules(as(created.token));
  const begun = performance.now();
  const outcomes = await Promise.all(PLAYERS.map((_, seat) => play(as(created.join_token), seat, seed)));
  const ms = performance.now() - begun;
  const log = await call<{ events: (LoggedEvent & { payload: object })[] }>(
    server,
    `/rooms/${created.id}/log?limit=500`,
    created.view_token,
  );
  // What has been sent to the spectator came before this answer.
  await spectator.ask({ type: "ping" });
  spectator.close();
  const events = log.events.map(({ payload, ...event }) => ({ ...event, ...payload }));
  report(events, seed, ms);
  const wrong = faults(events, PLAYERS, outcomes);
  if (!isDeepStrictEqual(seen.map(essence), events.map(essence)))
    wrong.push("the spectator saw another game");
  return wrong;
}

function essence({ seq, agent, ok, action, writes }: LoggedEvent) {
  return { seq, agent, ok, action, writes };
}

function report(events: readonly LoggedEvent[], seed: number, ms: number): void {
  const { moves, board, outcome, refused } = replay(events);
  const history = moves.map(({ agent, cell }, index) => `${index + 1}. ${agent} takes ${cell}`);
  console.log(`${PLAYERS[0]} (X) and ${PLAYERS[1]} (O), seed ${seed}\n\n${history.join("\n")}\n`);
  console.log(`${drawn(board, PLAYERS)}\n`);
  console.log(outcome === "draw" ? "A draw." : `${outcome} has won.`);
  console.log(
    `${events.length} events in the log, ${refused} attempts to cheat refused, ${ms.toFixed(0)} ms`,
  );
}

const { values } = parseArgs({ options: { seed: { type: "string" } } });
const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);

await withServer("The game", DEADLINE_MS, async (server) => {
  const wrong = await run(server, seed).catch((error: unknown) => [String(error)]);
  for (const fault of wrong) console.error(`FAULT: ${fault}`);
  if (wrong.length === 0) console.log("The log proves it: every rule was kept.");
  return wrong.length === 0;
});
