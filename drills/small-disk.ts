import { cpSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Server, Site } from "../workerd/server.ts";
import { start, storageOf } from "../workerd/server.ts";

const SIZE_MIB = 64;
const BALLAST = "ballast";

/**
 * A file system of its own for what a server stores, in memory, that a ballast makes as full as a drill wants it. It takes
 * no rights: the server lives in a name space in which it is its own root, and ends with it.
 */
export class SmallDisk {
  readonly server: Server;
  readonly #folder: string;

  private constructor(server: Server, folder: string) {
    this.server = server;
    this.#folder = folder;
  }

  /** Starts a server whose storage is on such a disk. Throws where the system has no name spaces for users. */
  static async start(site: Site): Promise<SmallDisk> {
    const mount = `mount -t tmpfs -o size=${SIZE_MIB}m none "$0" && exec "$@"`;
    const launcher = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, storageOf(site)];
    const server = await start(site, [], launcher);
    return new SmallDisk(server, `/proc/${server.process.pid}/root${storageOf(site)}`);
  }

  /** Leaves so many bytes. */
  leave(bytes: number): void {
    this.clear();
    const { bavail, bsize } = statfsSync(this.#folder);
    writeFileSync(join(this.#folder, BALLAST), Buffer.alloc(Math.max(0, bavail * bsize - bytes)));
  }

  /** Leaves all that the server has not taken. */
  clear(): void {
    rmSync(join(this.#folder, BALLAST), { force: true });
  }

  /** Copies what is stored, at a moment at which the server stands still. */
  copyTo(folder: string): void {
    this.server.process.kill("SIGSTOP");
    cpSync(this.#folder, folder, { recursive: true });
    this.server.process.kill("SIGCONT");
  }
}
