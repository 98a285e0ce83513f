import { sourceFiles } from "./files.ts";
import { joinAs, now, tell, timed } from "./process.ts";
import { ACTIONS, VIEWS } from "./vocabulary.ts";

/**
 * The coordinator: brings the vocabulary, posts the tasks, puts back what a dead worker has left, and closes the queue
 * when every task has its result.
 */

/** So many tasks are posted at a time: the queue stays short, and workers have something to wait for. */
const LOT = 8;
/** How often it looks whether the workers live. */
const LOOK_MS = 500;

const { id, room } = await joinAs("coordinator");

for (const view of VIEWS) await room.registerView(view);
for (const action of ACTIONS) await room.registerAction(action);

const files = sourceFiles();
for (const [posted, file] of files.entries()) {
  if (posted % LOT === 0) await until("size(views.open) == 0");
  const sentAt = now();
  const { seq } = await timed(id, () => room.invoke("post_task", { file }));
  tell({ note: "posted", seq, sentAt });
}
await until(`views.done == ${files.length}`);
await room.invoke("close");

/** Waits for a condition, and looks after the claims of the dead meanwhile. */
async function until(condition: string): Promise<void> {
  do await reclaimFromTheDead();
  while (!(await room.wait(condition, { timeout: LOOK_MS, include: ["self"] })).triggered);
}

/** Who dies cannot give its task back. The coordinator may: its `reclaim` is refused to everyone else. */
async function reclaimFromTheDead(): Promise<void> {
  const { state, agents } = await room.context({ only: ["state._claims", "agents"] });
  for (const [key, { by }] of Object.entries(state._claims ?? {})) {
    const pid = agents[by]?.meta?.pid;
    if (typeof pid === "number" && !isAlive(pid)) await room.invoke("reclaim", { key });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
