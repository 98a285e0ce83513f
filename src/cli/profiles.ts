import {
  chmodSync,
  closeSync,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UsageError } from "./faults.ts";

/** A room on a server, and with whose token to talk to it. */
export interface Profile {
  readonly server: string;
  readonly room: string;
  readonly token: string;
  /** Whose token it is; null where it is the room's own, or a spectator's. */
  readonly agent: string | null;
}

/** What became of a profile that was kept, and of the one in use. */
export interface Kept {
  readonly name: string;
  readonly previous: string | null;
  readonly current: string;
}

interface Book {
  readonly current: string | null;
  /** By name: any text is one, `constructor` too. */
  readonly profiles: ReadonlyMap<string, Profile>;
}

const EMPTY: Book = { current: null, profiles: new Map() };
/** Bits by which others than the owner may do anything with a file. */
const OTHERS = 0o077;
/** A lock this old was left by a process that died. */
const STALE_MS = 5_000;
const LOOK_MS = 20;

/**
 * The profiles of whoever runs the command, in one file that nobody else can read: it holds tokens. It is replaced as a
 * whole, under a lock, so that commands that run at once lose nothing of each other's.
 */
export class Profiles {
  readonly file: string;
  readonly #warn: (text: string) => void;

  constructor(env: NodeJS.ProcessEnv, warn: (text: string) => void) {
    this.file = join(env.XDG_CONFIG_HOME || join(homedir(), ".config"), "sync", "profiles.json");
    this.#warn = warn;
  }

  all(): ReadonlyMap<string, Profile> {
    return this.#read().profiles;
  }

  current(): string | null {
    return this.#read().current;
  }

  /** Fails where the file cannot be read or written. */
  async check(): Promise<void> {
    await this.#change((book) => book);
  }

  /** Keeps `profile` under `name`, or beside another server's room of that name under the next free one. */
  async save(name: string, profile: Profile, makeCurrent: boolean): Promise<Kept> {
    let saved = name;
    let [previous, current]: [string | null, string] = [null, name];
    await this.#change((book) => {
      for (let number = 2; isAnother(book.profiles.get(saved), profile); number++)
        saved = `${name}-${number}`;
      previous = book.current;
      current = makeCurrent ? saved : (book.current ?? saved);
      return { current, profiles: new Map([...book.profiles, [saved, profile]]) };
    });
    return { name: saved, previous, current };
  }

  async use(name: string): Promise<void> {
    await this.#change((book) => ({ ...book, current: name }));
  }

  async remove(names: readonly string[]): Promise<void> {
    await this.#change(({ current, profiles }) => ({
      current: current !== null && names.includes(current) ? null : current,
      profiles: new Map([...profiles].filter(([name]) => !names.includes(name))),
    }));
  }

  #read(): Book {
    let descriptor: number;
    try {
      descriptor = openSync(this.file, "r");
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return EMPTY;
      throw error;
    }
    try {
      this.#close(descriptor);
      return parseBook(readFileSync(descriptor, "utf8"), this.file);
    } finally {
      closeSync(descriptor);
    }
  }

  /** Takes a file that others could read from them, or refuses to go on with it. Windows has no such bits. */
  #close(descriptor: number): void {
    if (process.platform === "win32" || (fstatSync(descriptor).mode & OTHERS) === 0) return;
    try {
      fchmodSync(descriptor, 0o600);
    } catch {
      throw new UsageError(`${this.file} holds tokens and others can read it.`, `chmod 600 ${this.file}`);
    }
    this.#warn(
      `${this.file} could be read by others; now it cannot. Revoke its tokens if somebody may have.`,
    );
  }

  async #change(next: (book: Book) => Book): Promise<void> {
    const folder = dirname(this.file);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lock = `${this.file}.lock`;
    while (!take(lock)) await sleep(LOOK_MS);
    try {
      const text = bookText(next(this.#read()));
      const fresh = `${this.file}.${process.pid}`;
      writeFileSync(fresh, text, { mode: 0o600 });
      chmodSync(fresh, 0o600);
      renameSync(fresh, target(this.file));
    } finally {
      rmSync(lock, { force: true });
    }
  }
}

function isAnother(kept: Profile | undefined, profile: Profile): boolean {
  if (!kept) return false;
  return kept.server !== profile.server || kept.room !== profile.room || kept.agent !== profile.agent;
}

/** Whether the lock is this process's now. */
function take(lock: string): boolean {
  try {
    closeSync(openSync(lock, "wx", 0o600));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
  if (since !== undefined && Date.now() - since > STALE_MS) rmSync(lock, { force: true });
  return false;
}

/** Where the file is, if it is kept elsewhere and only linked to. */
function target(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

function bookText({ current, profiles }: Book): string {
  return `${JSON.stringify({ current, profiles: Object.fromEntries(profiles) }, null, 2)}\n`;
}

function parseBook(text: string, file: string): Book {
  try {
    const { current, profiles } = JSON.parse(text) as { current?: unknown; profiles?: unknown };
    if (typeof profiles === "object" && profiles !== null) {
      const held = new Map<string, Profile>(Object.entries(profiles));
      return { current: typeof current === "string" ? current : null, profiles: held };
    }
  } catch {
    // Not JSON: told below.
  }
  throw new UsageError(`${file} cannot be understood.`, `mv ${file} ${file}.old`);
}
