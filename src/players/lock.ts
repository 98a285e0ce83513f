import type { Player } from "./player.ts";
import type { Part } from "./stage.ts";
import { play } from "./stage.ts";

interface Lease {
  readonly name: string;
  readonly lease_ms: number;
}

/** What of the template's words is used here, as `sync types` writes it. */
interface Words {
  readonly actions: {
    readonly acquire: { readonly params: Lease; readonly result: number };
    readonly steal: { readonly params: Lease; readonly result: number };
    readonly join_line: { readonly params: { readonly name: string }; readonly result: readonly string[] };
    readonly release: { readonly params: { readonly name: string }; readonly result: unknown };
    readonly write_guarded: {
      readonly params: { readonly name: string; readonly fence: number; readonly value: string };
      readonly result: unknown;
    };
  };
  readonly views: object;
}

const NAME = "production";
const LEASE_MS = 30_000;
/** Who is first in line and does not come for so long loses the place. */
const STEAL_AFTER_MS = 12_000;

/** Deploys one thing after the other, each while it holds the lock. */
function deploying(...releases: readonly string[]): Part<Words> {
  return async (self) => {
    for (const value of releases) {
      const fence = await held(self);
      // Refused where the lease is over, or the lock was taken: what is written is the holder's.
      const written = await self.attempt("write_guarded", { name: NAME, fence, value });
      if (written) await self.say(`${value} is out, by fence ${fence}.`);
      await self.attempt("release", { name: NAME });
    }
  };
}

/** Gets the lock, in line where others have it, and answers its fence. */
async function held(self: Player<Words>): Promise<number> {
  const lease = { name: NAME, lease_ms: LEASE_MS };
  for (;;) {
    const acquired = await self.attempt("acquire", lease);
    if (acquired?.result !== undefined) return acquired.result;
    // Refused where the lock has become free meanwhile, or the line is joined already.
    await self.attempt("join_line", { name: NAME });
    const isMine = await self.holdsWithin(
      LEASE_MS + STEAL_AFTER_MS,
      `state._locks["${NAME}"] == null && !views.lines.exists(l, l.name == "${NAME}" && l.line[0] != self)`,
    );
    if (isMine) continue;
    const stolen = await self.attempt("steal", lease);
    if (stolen?.result !== undefined) return stolen.result;
  }
}

export const lock = play<Words>([
  deploying("shop 1.4", "search 2.0", "shop 1.5"),
  deploying("mail 0.9", "mail 0.9.1", "search 2.1"),
]);
