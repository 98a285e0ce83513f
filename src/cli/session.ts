import { readFileSync } from "node:fs";
import type { ConnectionOptions, Fetch, WebSocketConstructor } from "../client/main.ts";
import { Room } from "../client/main.ts";
import type { GlobalOptions } from "./command.ts";
import { UsageError } from "./faults.ts";
import type { HintPrefixes } from "./hints.ts";
import { quoted } from "./hints.ts";
import { stdinText } from "./input.ts";
import { nearest } from "./nearest.ts";
import type { Kept, Profile, Profiles } from "./profiles.ts";

const LOCAL = "http://127.0.0.1:8787";

/** Whom a command talks to, and as whom. */
export interface Target {
  readonly server: string;
  readonly room: string | undefined;
  readonly token: string | undefined;
  /** The agent whose token it is, or as which a room token acts. */
  readonly agent: string | undefined;
}

/**
 * Works out whom a command means: options before variables before the profile. A profile's token goes to the server and
 * the room that it was given for, and nowhere else.
 */
export class Session {
  readonly profiles: Profiles;
  readonly #globals: GlobalOptions;
  readonly #env: NodeJS.ProcessEnv;
  #target: Target | undefined;

  constructor(globals: GlobalOptions, env: NodeJS.ProcessEnv, profiles: Profiles) {
    this.#globals = globals;
    this.#env = env;
    this.profiles = profiles;
  }

  async target(): Promise<Target> {
    this.#target ??= await this.#resolve();
    return this.#target;
  }

  /** Where the command goes. Whoever makes a room or joins one needs no token for it yet. */
  place(): Pick<Target, "server" | "room"> {
    const base = this.#profile();
    const server = serverUrl(this.#globals.server ?? this.#env.SYNC_SERVER ?? base?.server ?? LOCAL);
    const room = this.#globals.room ?? this.#env.SYNC_ROOM;
    return { server, room: room ?? (base?.server === server ? base.room : undefined) };
  }

  async server(): Promise<string> {
    return this.place().server;
  }

  /** The room, with the eyes of whom the command speaks for. Who types does not wait long for a server that is down. */
  async room(): Promise<Room> {
    return await this.#room({ retry: { attempts: 4 } });
  }

  /**
   * The same for what runs for a long time, and is to outlast a server's restart. `lost` is told whenever there is no
   * answer or a socket has gone; `attempts` are those to make until somebody answers.
   */
  async patientRoom(lost: () => void, attempts = 20): Promise<Room> {
    return await this.#room({
      retry: { attempts, mostDelayMs: 5_000 },
      fetch: telling(lost),
      WebSocket: tellingSocket(lost),
    });
  }

  async #room(connection: Pick<ConnectionOptions, "retry" | "fetch" | "WebSocket">): Promise<Room> {
    const { server, room, token, agent } = await this.target();
    if (room === undefined) {
      throw new UsageError(
        "No room is chosen: say --room, SYNC_ROOM or --profile, or make one.",
        `sync ${this.#names().map((name) => `profiles use ${name}`)[0] ?? "create"}`,
      );
    }
    if (token === undefined) {
      throw new UsageError(
        `There is no token here for room ${room} at ${server}.`,
        `SYNC_TOKEN=… sync … --room ${room}`,
      );
    }
    return new Room({ server, room, token, agent, ...connection });
  }

  /** The agent that the command speaks for, where that is known without asking the room. */
  async agent(): Promise<string | undefined> {
    return (await this.target()).agent;
  }

  /** Fails where profiles cannot be kept: before a room is made whose token would be lost. */
  async mayKeep(): Promise<void> {
    await this.profiles.check();
  }

  /** Keeps a new token as a profile. */
  async keep(profile: Profile, name: string, makeCurrent: boolean): Promise<Kept> {
    return await this.profiles.save(name, profile, makeCurrent);
  }

  /** Forgets the profiles of a room that is no more, or those of an agent in it. */
  async forget(server: string, room: string, agent?: string): Promise<void> {
    const gone = [...this.profiles.all()].filter(([, kept]) => {
      return kept.server === server && kept.room === room && (agent === undefined || kept.agent === agent);
    });
    if (gone.length > 0) await this.profiles.remove(gone.map(([name]) => name));
  }

  /** Whether the room's own token is kept here: whoever brings agents into their room stays who they are. */
  owns(place: Pick<Target, "server" | "room">): boolean {
    return this.#held(place).some(isOwner);
  }

  /**
   * What `agent` may join with: the token that was given, else the room's own, one for joining, or, for a new one in its
   * place, the agent's. Another agent's is none, and an open room takes none.
   */
  async invitation(agent: string): Promise<string | undefined> {
    const given = await this.#givenToken();
    if (given !== undefined && (!given.startsWith("as_") || agent === this.#agent())) return given;
    const held = this.#held(this.place());
    const fit =
      held.find(isOwner) ??
      held.find(({ token }) => token.startsWith("join_")) ??
      held.find((kept) => kept.agent === agent);
    return fit?.token;
  }

  /** The same, but for another room. */
  in(room: string | undefined): Session {
    return room === undefined ? this : new Session({ ...this.#globals, room }, this.#env, this.profiles);
  }

  /** A token that lets its bearer create rooms, where the server asks for one. */
  createToken(): string | undefined {
    return this.#env.SYNC_CREATE_TOKEN;
  }

  /** The room that an option names, where that is not what the command is about. */
  get saidRoom(): string | undefined {
    return this.#globals.room;
  }

  /** `sync` with the options that said whom it talks to, for the next command to talk to the same. */
  prefixes(isAgentInDoubt: boolean): HintPrefixes {
    const { profile, server, room, as } = this.#globals;
    const there = { profile, server };
    return {
      room: syncWith({ ...there, room, as: isAgentInDoubt ? undefined : as }),
      server: syncWith(there),
    };
  }

  async #resolve(): Promise<Target> {
    const { server, room } = this.place();
    const agent = this.#agent();
    const token = await this.#givenToken();
    if (token !== undefined) return { server, room, token, agent };
    const held = this.#held({ server, room });
    const owner = held.find(isOwner);
    if (agent === undefined) {
      const base = this.#profile();
      const own = base?.server === server && base.room === room ? base : (owner ?? held[0]);
      return { server, room, token: own?.token, agent: own?.agent ?? undefined };
    }
    const own = held.find((kept) => kept.agent === agent);
    if (own) return { server, room, token: own.token, agent };
    if (owner || room === undefined) return { server, room, token: owner?.token, agent };
    throw new UsageError(
      `There is no token here for ${agent} in room ${room}.`,
      `sync join ${agent} --room ${room}`,
    );
  }

  /** The profiles of a room. */
  #held({ server, room }: Pick<Target, "server" | "room">): Profile[] {
    return [...this.profiles.all().values()].filter((kept) => kept.server === server && kept.room === room);
  }

  /** The agent that an option or a variable names. */
  #agent(): string | undefined {
    return this.#globals.as ?? this.#env.SYNC_AGENT;
  }

  #profile(): Profile | undefined {
    const named = this.#globals.profile ?? this.#env.SYNC_PROFILE;
    const name = named ?? this.profiles.current();
    const profile = name === null ? undefined : this.profiles.all().get(name);
    if (named === undefined || profile) return profile;
    const near = nearest(named, this.#names());
    throw new UsageError(
      `There is no profile ${named}.${near === undefined ? "" : ` Did you mean ${near}?`}`,
      "sync profiles list",
    );
  }

  #names(): string[] {
    return [...this.profiles.all().keys()];
  }

  async #givenToken(): Promise<string | undefined> {
    const file = this.#globals["token-file"];
    if (file === undefined) return this.#env.SYNC_TOKEN || undefined;
    const text = file === "-" ? await stdinText() : readTokenFile(file);
    if (text.trim() === "") throw new UsageError(`There is no token in ${file === "-" ? "stdin" : file}.`);
    return text.trim();
  }
}

function telling(lost: () => void): Fetch {
  return async (url, init) => {
    try {
      return await fetch(url, init);
    } catch (error) {
      lost();
      throw error;
    }
  };
}

/** Node 20 has no WebSocket: there, watching goes by event stream. */
function tellingSocket(lost: () => void): WebSocketConstructor | undefined {
  const { WebSocket } = globalThis;
  if (WebSocket === undefined) return undefined;
  return class extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      this.addEventListener("close", lost);
    }
  };
}

function syncWith(said: Readonly<Record<string, string | undefined>>): string {
  const words = Object.entries(said).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${quoted(value)}`],
  );
  return ["sync", ...words].join(" ");
}

export function isOwner({ token }: Pick<Profile, "token">): boolean {
  return token.startsWith("room_");
}

function readTokenFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new UsageError(`There is no file ${file} that can be read.`);
  }
}

/** The address as profiles keep it. */
function serverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`A server is an address such as ${LOCAL}, not ${text}.`);
  }
  return (url.origin + url.pathname).replace(/\/+$/, "");
}
