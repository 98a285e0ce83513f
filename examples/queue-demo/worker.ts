import type { Room } from "./api.ts";
import { expectOk } from "./api.ts";
import { count } from "./files.ts";
import { joinAs, now, tell } from "./process.ts";

/**
 * One worker: wait for an open task, claim it, do it, hand it in, until the queue is empty and closed. It knows nothing
 * of the other workers; where they want the same task, the room decides.
 */
interface Claimed {
  readonly seq: number;
  readonly writes: readonly { readonly value: { readonly file: string } }[];
}

/** So many of the open tasks a worker chooses among: fewer would make more claims collide. */
const CHOICE = 4;
/** A worker that is told so stops in the middle of its work after so many tasks, as one that hangs or is cut off. */
const STALL_AFTER = Number(process.env.DEMO_STALL_AFTER ?? Number.POSITIVE_INFINITY);

const { id, room } = await joinAs("worker");

const words = await room.context<{ actions: Record<string, unknown> }>({ only: "actions" });
if (!words.actions.claim || !words.actions.submit) throw new Error("the room has no words for this work");

for (let done = 0; ; done++) {
  const task = await claimNext(room);
  if (!task) break;
  if (done === STALL_AFTER) await stall();
  await invoke("submit", { key: task.key, ...count(task.file) }).then(expectOk);
}

/** A task of this worker's own, or null when there will be no more. */
async function claimNext(from: Room): Promise<{ key: string; file: string } | null> {
  for (;;) {
    const sentAt = now();
    const woken = await from.wait<{ views: { open: string[] } }>(
      "size(views.open) > 0 || state._shared.closed == true",
    );
    if (!woken.triggered) continue;
    tell({ note: "woken", seq: woken.seq, sentAt, at: now() });
    const { open } = woken.views;
    const key = open[Math.floor(Math.random() * Math.min(CHOICE, open.length))];
    if (key === undefined) return null;
    const claim = await invoke("claim", { key });
    const file = claim.body.writes?.[0]?.value.file;
    if (claim.status === 200 && file !== undefined) return { key, file };
    tell({ note: "lost_claim", by: id });
  }
}

async function invoke(action: string, params: object) {
  const begun = performance.now();
  const answer = await room.invoke<Partial<Claimed>>(action, params);
  tell({ note: "invoked", by: id, ms: performance.now() - begun });
  return answer;
}

async function stall(): Promise<never> {
  tell({ note: "stalled", by: id });
  return await new Promise(() => setInterval(() => undefined, 1_000));
}
