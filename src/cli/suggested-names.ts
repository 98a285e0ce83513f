import type { Completable, GlobalOptions } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import type { Candidate, Names } from "./completion.ts";
import { Profiles } from "./profiles.ts";
import { Session } from "./session.ts";

/** Nobody waits longer than that for a Tab. */
const PATIENCE_MS = 700;

/** Looks names up for completion: profiles in their file, actions in the room that the words so far choose. */
export function suggestNames(words: readonly string[], env: NodeJS.ProcessEnv): Names {
  const profiles = new Profiles(env, () => undefined);
  return async (what: Completable): Promise<readonly Candidate[]> => {
    switch (what) {
      case "profiles":
        return [...profiles.all()].map(([word, { server }]) => ({ word, about: server }));
      case "commands":
        return COMMANDS.map(({ name, summary }) => ({ word: name, about: summary }));
      case "actions":
        return await actions(new Session(globalsAmong(words), env, profiles));
      case "files":
        return [];
    }
  };
}

async function actions(session: Session): Promise<readonly Candidate[]> {
  const room = await session.room();
  const { actions: found } = await room.context({
    only: ["actions"],
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  return Object.entries(found).map(([word, shown]) => ({ word, about: shown?.description ?? "" }));
}

/** The options that choose a room, as far as they are typed. */
function globalsAmong(words: readonly string[]): GlobalOptions {
  const value = (name: string, short: string) => {
    const at = words.findLastIndex((word) => word === `--${name}` || word === `-${short}`);
    return at < 0 ? undefined : words[at + 1];
  };
  return {
    profile: value("profile", "p"),
    server: value("server", ""),
    room: value("room", "r"),
    as: value("as", "a"),
    "token-file": undefined,
    json: false,
    help: false,
  };
}
