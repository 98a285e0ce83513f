import type { Connection } from "./connection.ts";
import type { Frame } from "./events.ts";
import type { WatchOptions } from "./options.ts";

/** The room that is watched, and as whom. */
export interface Watched {
  readonly connection: Connection;
  readonly path: string;
  readonly token: string | undefined;
  readonly acting: string | undefined;
}

export async function* watchRoom(
  _watched: Watched,
  _options: WatchOptions,
): AsyncGenerator<Frame, void, undefined> {
  yield* [];
  throw new Error("not yet");
}
