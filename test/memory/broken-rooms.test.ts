import { expect, it, vi } from "vitest";
import type * as Invoke from "../../src/kernel/decide/invoke.ts";
import type * as Invocation from "../../src/kernel/invocation.ts";
import type { LogEvent } from "../../src/kernel/model.ts";
import type * as State from "../../src/kernel/state.ts";
import type { KernelPatches } from "../support/broken-kernel.ts";
import { BROKEN_KERNELS } from "../support/broken-kernel.ts";
import type { BrokenPlatform } from "../support/broken-platform.ts";
import { BROKEN_PLATFORMS } from "../support/broken-platform.ts";
import { historyInMemory } from "../support/key-histories.ts";
import { faultyKey } from "../support/key-object.ts";
import { proofOf, TIME_LIMIT } from "../support/proof.ts";

/** What stands in the place of the kernel's functions now. */
const patched = vi.hoisted((): { now: KernelPatches } => ({ now: {} }));

vi.mock("../../src/kernel/invocation.ts", async (original) => {
  const right = await original<typeof Invocation>();
  const resolveWrite: typeof right.resolveWrite = (...given) =>
    (patched.now.resolveWrite?.(right.resolveWrite) ?? right.resolveWrite)(...given);
  return { ...right, resolveWrite };
});
vi.mock("../../src/kernel/decide/invoke.ts", async (original) => {
  const right = await original<typeof Invoke>();
  const decideInvoke: typeof right.decideInvoke = (...given) =>
    (patched.now.decideInvoke?.(right.decideInvoke) ?? right.decideInvoke)(...given);
  return { ...right, decideInvoke };
});
vi.mock("../../src/kernel/state.ts", async (original) => {
  const right = await original<typeof State>();
  const apply: typeof right.apply = (state, event) =>
    (patched.now.apply?.(right.apply) ?? right.apply)(state, event as LogEvent);
  return { ...right, apply };
});

type Variant = KernelPatches & BrokenPlatform;
const VARIANTS: Readonly<Record<string, () => Variant>> = { ...BROKEN_KERNELS, ...BROKEN_PLATFORMS };

const { runs, seed } = proofOf({ runs: 40, seed: 20260124 });
/** A variant that is not caught by so many histories is not caught. */
const MOST = Math.min(runs, 1_000);

async function isWrong(run: number, variant: Variant): Promise<boolean> {
  patched.now = variant;
  try {
    return faultyKey(await historyInMemory(seed + run, variant.room, variant.platform)) !== null;
  } catch (thrown) {
    return expect.fail(`seed ${seed + run}: ${String(thrown)}`);
  } finally {
    patched.now = {};
  }
}

/** How many histories it takes until one has no order, or null. */
async function caughtAfter(make: () => Variant): Promise<number | null> {
  for (let run = 0; run < MOST; run++) if (await isWrong(run, make())) return run + 1;
  return null;
}

it(
  "the checker finds what is wrong with rooms that were broken on purpose",
  async () => {
    const lines: string[] = [];
    const missed: string[] = [];
    for (const [name, make] of Object.entries(VARIANTS)) {
      const after = await caughtAfter(make);
      lines.push(`${after === null ? "missed" : `caught by history ${after}`}: ${name}`);
      if (after === null) missed.push(name);
    }
    const total = lines.length;
    console.log(
      `broken rooms: seed ${seed}, ${total - missed.length} of ${total} caught\n${lines.join("\n")}`,
    );
    expect(Object.keys(BROKEN_KERNELS).length).toBeGreaterThanOrEqual(20);
    expect(missed).toEqual([]);
  },
  TIME_LIMIT,
);

it("the checker finds nothing where each part was replaced by itself", async () => {
  const same: Variant = {
    resolveWrite: (right) => right,
    decideInvoke: (right) => right,
    apply: (right) => right,
    room: { stores: (right) => right, host: (right) => right },
    platform: { read: (room, answer) => answer(room), answers: (reply) => reply },
  };
  for (let run = 0; run < 20; run++) expect(await isWrong(run, same), `seed ${seed + run}`).toBe(false);
});
