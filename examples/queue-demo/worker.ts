import { SyncError } from "../../src/client/main.ts";
import { count } from "./files.ts";
import { joinAs, now, tell, timed } from "./process.ts";

/**
 * One worker: wait for an open task, claim it, do it, hand it in, until the queue is empty and closed. It knows nothing
 * of the other workers; where they want the same task, the room decides.
 */

/** So many of the open tasks a worker chooses among: fewer would make more claims collide. */
const CHOICE = 4;
/** A worker that is told so stops in the middle of its work after so many tasks, as one that hangs or is cut off. */
const STALL_AFTER = Number(process.env.DEMO_STALL_AFTER ?? Number.POSITIVE_INFINITY);

const { id, room } = await joinAs("worker");

const { actions } = await room.context({ only: ["actions"] });
if (!actions.claim || !actions.submit) throw new Error("the room has no words for this work");

for (let done = 0; ; done++) {
  const task = await claimNext();
  if (!task) break;
  if (done === STALL_AFTER) await stall();
  await timed(id, () => room.invoke("submit", { key: task.key, ...count(task.file) }));
}

/** A task of this worker's own, or null when there will be no more. */
async function claimNext(): Promise<{ key: string; file: string } | null> {
  for (;;) {
    const sentAt = now();
    const woken = await room.wait("size(views.open) > 0 || state._shared.closed == true", {
      include: ["views"],
    });
    tell({ note: "woken", seq: woken.seq, sentAt, at: now() });
    const { open = [] } = woken.views;
    const key = open[Math.floor(Math.random() * Math.min(CHOICE, open.length))];
    if (key === undefined) return null;
    const file = await claim(key);
    if (file !== null) return { key, file };
    tell({ note: "lost_claim", by: id });
  }
}

/** The file of the task, or null where another worker was quicker. */
async function claim(key: string): Promise<string | null> {
  try {
    const { writes } = await timed(id, () => room.invoke("claim", { key }));
    const [taken] = writes;
    return taken && "value" in taken ? (taken.value as { file: string }).file : null;
  } catch (error) {
    if (SyncError.is(error, "precondition_failed")) return null;
    throw error;
  }
}

async function stall(): Promise<never> {
  tell({ note: "stalled", by: id });
  return await new Promise(() => setInterval(() => undefined, 1_000));
}
