import { hash } from "node:crypto";
import type { decideInvoke } from "../../src/kernel/decide/invoke.ts";
import type { Invocation, resolveWrite } from "../../src/kernel/invocation.ts";
import type { Json } from "../../src/kernel/json.ts";
import type { Entry, LogEvent, WriteOperation, WriteTemplate } from "../../src/kernel/model.ts";
import type { apply, StateReader, StateWriter } from "../../src/kernel/state.ts";

type Applies = (state: StateWriter, event: LogEvent) => void;

/** Functions of the kernel, each given the right one and put in its place. */
export interface KernelPatches {
  readonly resolveWrite?: (right: typeof resolveWrite) => typeof resolveWrite;
  readonly decideInvoke?: (right: typeof decideInvoke) => typeof decideInvoke;
  readonly apply?: (right: typeof apply) => Applies;
}

/** True at every nth time that it is asked. */
export function nth(n: number): () => boolean {
  let times = 0;
  return () => ++times % n === 0;
}

const placeOf = (scope: string, key: string) => `${scope}\0${key}`;
const isInvocation = ({ kind, payload }: LogEvent) => kind === "invoke" && payload.ok;
const hashOf = (value: Json) => hash("sha256", JSON.stringify(value), "hex").slice(0, 16);

function withWrites(event: LogEvent, writes: LogEvent["payload"]["writes"]): LogEvent {
  return { ...event, payload: { ...event.payload, writes } };
}

function unconditional({ if_hash: _, ...write }: WriteTemplate): WriteTemplate {
  return write;
}

/** A kernel whose state changes as `broken` says in place of what each accepted invocation asks for. */
function applied(broken: (state: StateWriter, event: LogEvent, right: typeof apply) => void): KernelPatches {
  return {
    apply: (right) => (state, event) => {
      if (isInvocation(event)) broken(state, event, right);
      else right(state, event);
    },
  };
}

/** A kernel that resolves another write than the action declares. */
function resolved(broken: (write: WriteTemplate, invocation: Invocation) => WriteTemplate): KernelPatches {
  return {
    resolveWrite: (right) => (invocation, write, path) => right(invocation, broken(write, invocation), path),
  };
}

/** A kernel that numbers the revision of what it has resolved by itself. */
function numbered(revision: (operation: WriteOperation, before: Entry | undefined) => number): KernelPatches {
  return {
    resolveWrite: (right) => (invocation, write, path) => {
      const result = right(invocation, write, path);
      const operation = invocation.state.operations.at(-1);
      if (operation && operation.op !== "legacy" && "value" in operation) {
        const before = before_(invocation, operation);
        invocation.state.operations.splice(-1, 1, { ...operation, revision: revision(operation, before) });
      }
      return result;
    },
  };
}

function before_({ state }: Invocation, { scope, key, revision }: WriteOperation): Entry | undefined {
  const entry = state.entry(scope, key);
  return entry && { ...entry, revision: revision - 1 };
}

/** A state that shows of what the last event wrote what was there before it. */
function lagging(): KernelPatches {
  const before = new Map<string, Entry | undefined>();
  const behind = (state: StateReader): StateReader => ({
    entry: (scope, key) =>
      before.has(placeOf(scope, key)) ? before.get(placeOf(scope, key)) : state.entry(scope, key),
    entries: (scope) => state.entries(scope),
    count: (scope) => state.count(scope),
    highest: (scope) => state.highest(scope),
    clock: (scope, key) => state.clock(scope, key),
  });
  return {
    decideInvoke: (right) => (command, context) =>
      right(command, command.action === "increment" ? { ...context, state: behind(context.state) } : context),
    ...applied((state, event, right) => {
      before.clear();
      for (const { scope, key } of event.payload.writes) {
        const entry = state.entry(scope, key);
        before.set(placeOf(scope, key), entry && { ...entry });
      }
      right(state, event);
    }),
  };
}

/** A kernel that does what it has refused as a conflict. */
function undaunted(): KernelPatches {
  let refused: { key: string; value: number } | null = null;
  return {
    decideInvoke: (right) => (command, context) => {
      const decision = right(command, context);
      const { key, value } = command.params as { key: string; value: number };
      refused = !decision.ok && decision.refusal.code === "version_conflict" ? { key, value } : null;
      return decision;
    },
    apply: (right) => (state, event) => {
      right(state, event);
      if (event.kind !== "invoke" || event.payload.ok || refused === null) return;
      const { key, value } = refused;
      const revision = (state.entry("_shared", key)?.revision ?? 0) + 1;
      state.put("_shared", key, { value, revision, hash: hashOf(value), updated_at: event.ts });
    },
  };
}

/** A kernel that keeps every second event back, and applies it with the next: before it, or after it. */
function late(when: "before" | "after"): KernelPatches {
  let kept: LogEvent | null = null;
  return applied((state, event, right) => {
    if (kept === null) {
      kept = event;
      return;
    }
    const both = when === "before" ? [kept, event] : [event, kept];
    kept = null;
    for (const one of both) right(state, one);
  });
}

/** A kernel for which a hash that a key ever had is as good as the one that it has. */
function nostalgic(): KernelPatches {
  const known = new Set<string>();
  return {
    ...resolved((write, { bindings }) => {
      const { key, expected } = bindings.params;
      return write.if_hash && known.has(`${key} ${expected}`) ? unconditional(write) : write;
    }),
    ...applied((state, event, right) => {
      for (const operation of event.payload.writes) known.add(`${operation.key} ${operation.hash}`);
      right(state, event);
    }),
  };
}

/** A kernel for which a key that was deleted cannot be claimed. */
function mourning(): KernelPatches {
  const dead = new Set<string>();
  return {
    ...resolved((write, { bindings }) => {
      const isDead = write.if_hash === "" && dead.has(String(bindings.params.key));
      return isDead ? { ...write, if_hash: "0000000000000000" } : write;
    }),
    ...applied((state, event, right) => {
      for (const { op, key } of event.payload.writes) if (op === "delete") dead.add(key);
      right(state, event);
    }),
  };
}

/** A kernel whose revisions go on where a delete has ended them. */
function unending(): KernelPatches {
  const last = new Map<string, number>();
  return numbered(({ key, revision }, before) => {
    const next = before === undefined || revision === 1 ? (last.get(key) ?? 0) + 1 : revision;
    last.set(key, next);
    return next;
  });
}

const again = ({ op, value, revision, ...rest }: WriteOperation): WriteOperation => {
  const sum = Number(value) + 1;
  return { ...rest, op, value: sum, hash: hashOf(sum), revision: revision + 1 };
};

/** Kernels that are wrong, each made anew for a history. */
export const BROKEN_KERNELS: Readonly<Record<string, () => KernelPatches>> = {
  "an update is lost": () => {
    const isLost = nth(4);
    return applied((state, event, right) => right(state, isLost() ? withWrites(event, []) : event));
  },
  "compare-and-set compares nothing": () => resolved(unconditional),
  "a claim takes what is held": () =>
    resolved((write) => (write.if_hash === "" ? unconditional(write) : write)),
  "compare-and-set is content with any hash that was there": nostalgic,
  "compare-and-set refuses without a cause": () => {
    const isRefused = nth(3);
    return resolved((write) =>
      write.if_hash && isRefused() ? { ...write, if_hash: "0000000000000000" } : write,
    );
  },
  "what was deleted cannot be claimed": mourning,
  "an increment is applied twice": () => {
    const isTwice = nth(3);
    return applied((state, event, right) => {
      right(state, event);
      const [write] = event.payload.writes;
      if (write?.op === "increment" && isTwice()) right(state, withWrites(event, [again(write)]));
    });
  },
  "an increment reads what was there an event ago": lagging,
  "an increment begins anew": () => {
    const isAnew = nth(3);
    return resolved(({ increment, ...write }) => {
      if (increment === undefined) return write;
      return isAnew() ? { ...write, value: String(increment) } : { ...write, increment };
    });
  },
  "a delete deletes nothing": () =>
    applied((state, event, right) =>
      right(
        state,
        withWrites(
          event,
          event.payload.writes.filter(({ op }) => op !== "delete"),
        ),
      ),
    ),
  "a delete does not end the revisions": unending,
  "a write over another does not raise the revision": () =>
    numbered(({ revision }) => Math.max(1, revision - 1)),
  "a write stores what was there before": () => {
    const isOld = nth(4);
    return applied((state, event, right) => {
      const [write] = event.payload.writes;
      const before = write && state.entry(write.scope, write.key);
      if (!write || write.op === "legacy" || !("value" in write) || !before || !isOld())
        return right(state, event);
      return right(state, withWrites(event, [{ ...write, value: before.value, hash: before.hash }]));
    });
  },
  "what is refused is done all the same": undaunted,
  "a write is done an event late": () => late("before"),
  "two writes are done in the other order": () => late("after"),
  "a set is taken for an increment": () =>
    resolved((write, { action }) => {
      const { value, ...rest } = write;
      return action === "set" ? { ...rest, increment: String(value) } : write;
    }),
  "an increment adds one more": () => {
    const isMore = nth(3);
    return applied((state, event, right) => {
      const [write] = event.payload.writes;
      if (write?.op !== "increment" || !isMore()) return right(state, event);
      const value = Number(write.value) + 1;
      right(state, withWrites(event, [{ ...write, value, hash: hashOf(value) }]));
    });
  },
  "a write clears the other key": () => {
    const isCleared = nth(5);
    return applied((state, event, right) => {
      right(state, event);
      const [write] = event.payload.writes;
      if (write && isCleared()) state.remove(write.scope, write.key === "a" ? "b" : "a");
    });
  },
  "the first write of a key is lost": () => {
    const isSilent = nth(2);
    return applied((state, event, right) => {
      const [write] = event.payload.writes;
      const isNew = write && state.entry(write.scope, write.key) === undefined;
      right(state, isNew && isSilent() ? withWrites(event, []) : event);
    });
  },
  "a write lands on another key": () => {
    const isAstray = nth(6);
    return resolved((write) => (isAstray() ? { ...write, key: "a" } : write));
  },
};
