import type { Reply } from "../../src/protocol/calls.ts";
import type { RoomHost } from "../../src/room/ports.ts";
import type { StateStore, StoredEntry } from "../../src/storage/state-store.ts";
import type { Stores } from "../../src/storage/stores.ts";
import { nth } from "./broken-kernel.ts";
import type { Patches } from "./memory-room.ts";
import type { PlatformPatches } from "./served-room.ts";

/** What is wrong below the kernel: with what it stores into, or with how calls reach it and answers leave. */
export interface BrokenPlatform {
  readonly room?: Patches;
  readonly platform?: PlatformPatches;
}

type StatePatch = Partial<Pick<StateStore, "load" | "put" | "remove">>;

/** The room's state in a table that does some things otherwise; `patch` is made once for all that the room opens. */
function table(patch: (right: () => StateStore) => StatePatch): BrokenPlatform {
  let opened: StateStore | undefined;
  const broken = patch(() => opened as StateStore);
  const stores = (right: Stores): Stores => {
    opened = right.state;
    const state = new Proxy(right.state, {
      get: (target, name) => {
        const method = Reflect.get(broken, name) ?? Reflect.get(target, name);
        return typeof method === "function" ? method.bind(target) : method;
      },
    });
    return { ...right, state };
  };
  return { room: { stores } };
}

function transaction(broken: (right: RoomHost["transaction"]) => RoomHost["transaction"]): BrokenPlatform {
  return { room: { host: (host) => ({ ...host, transaction: broken(host.transaction) }) } };
}

const isFull = (thrown: unknown) => thrown instanceof Error && thrown.message === "full";

/** The value of shared entries, and nothing else, is what clients write. */
const isShared = (scope: string) => scope === "_shared";

/** Stores and platforms that are wrong, each made anew for a history. */
export const BROKEN_PLATFORMS: Readonly<Record<string, () => BrokenPlatform>> = {
  "what was read once is read again after an eviction": () =>
    table((right) => {
      const read = new Map<string, (readonly [string, StoredEntry])[]>();
      return {
        load: (scope) => {
          const known = read.get(scope) ?? right().load(scope);
          if (isShared(scope)) read.set(scope, known);
          return known;
        },
      };
    }),
  "a write is in memory only": () =>
    table((right) => {
      const isLost = nth(3);
      return {
        put: (scope, key, entry) => {
          if (!isShared(scope) || !isLost()) right().put(scope, key, entry);
        },
      };
    }),
  "a delete is in memory only": () =>
    table((right) => ({
      remove: (scope, key) => {
        if (!isShared(scope)) right().remove(scope, key);
      },
    })),
  "the last event is applied again when the room wakes": () => {
    const again = ({ log, state }: Stores) => {
      const [write] = log.newest(1, 0)[0]?.payload.writes ?? [];
      const entry = write && state.get(write.scope, write.key);
      if (!entry || write.op !== "increment") return;
      const text = String(Number(entry.text) + 1);
      const { revision, hash, updated_at } = entry;
      state.put(
        write.scope,
        write.key,
        Object.assign(Object.create(entry), { text, revision: revision + 1, hash, updated_at }),
      );
    };
    const stores = (right: Stores) => {
      again(right);
      return right;
    };
    return { room: { stores } };
  },
  "a transaction that fails is not taken back": () =>
    transaction((right) => (work) => {
      try {
        return right(work);
      } catch (thrown) {
        if (isFull(thrown)) right(work);
        throw thrown;
      }
    }),
  "a full disk is answered as if it were none": () =>
    transaction((right) => <T>(work: () => T) => {
      let result: { value: T } | undefined;
      try {
        return right(() => {
          result = { value: work() };
          return result.value;
        });
      } catch (thrown) {
        if (!isFull(thrown) || !result) throw thrown;
        return result.value;
      }
    }),
  "answers leave before they are safe": () => ({ platform: { answersEarly: true } }),
  "memory outlives a crash": () => ({ platform: { keepsMemory: true } }),
  "a call that a crash ended is made again": () => ({ platform: { repeats: true } }),
  "reads come from a copy that is behind": () => {
    const copies = new Map<string, Reply>();
    const isFresh = nth(3);
    return {
      platform: {
        read: (room, answer) => {
          const reply = answer(room);
          const known = copies.get(reply.body.slice(0, 40)) ?? reply;
          if (isFresh() || known === reply) copies.set(reply.body.slice(0, 40), reply);
          return known;
        },
      },
    };
  },
  "two answers are exchanged": () => {
    const isExchanged = nth(5);
    let last: Reply | null = null;
    return {
      platform: {
        answers: (reply) => {
          // Who is answered in another form sees it at once.
          if (!reply.body.startsWith('{"invoked":true')) return reply;
          const given = last !== null && isExchanged() ? last : reply;
          last = reply;
          return given;
        },
      },
    };
  },
};
