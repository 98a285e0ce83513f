import { expectOk } from "./api.ts";
import { sourceFiles } from "./files.ts";
import { joinAs, now, tell } from "./process.ts";
import { ACTIONS, VIEWS } from "./vocabulary.ts";

/**
 * The coordinator: brings the vocabulary, posts the tasks, puts back what a dead worker has left, and closes the queue
 * when every task has its result.
 */
interface Claims {
  readonly state: { readonly _claims?: Record<string, { readonly by: string }> };
  readonly agents: Record<string, { readonly meta?: { readonly pid: number } }>;
}

/** So many tasks are posted at a time: the queue stays short, and workers have something to wait for. */
const LOT = 8;
/** How often it looks whether the workers live. */
const LOOK_MS = 500;

const { id, room } = await joinAs("coordinator");

for (const view of VIEWS) await invoke("_register_view", view);
for (const action of ACTIONS) await invoke("_register_action", action);

const files = sourceFiles();
for (const [posted, file] of files.entries()) {
  if (posted % LOT === 0) await until("size(views.open) == 0");
  const sentAt = now();
  const { seq } = await invoke("post_task", { file });
  tell({ note: "posted", seq, sentAt });
}
await until(`views.done == ${files.length}`);
await invoke("close");

/** Waits for a condition, and looks after the claims of the dead meanwhile. */
async function until(condition: string): Promise<void> {
  do await reclaimFromTheDead();
  while (!(await room.wait(condition, LOOK_MS)).triggered);
}

/** Who dies cannot give its task back. The coordinator may: its `reclaim` is refused to everyone else. */
async function reclaimFromTheDead(): Promise<void> {
  const { state, agents } = await room.context<Claims>({ only: "state._claims,agents" });
  for (const [key, { by }] of Object.entries(state._claims ?? {})) {
    const pid = agents[by]?.meta?.pid;
    if (pid !== undefined && !isAlive(pid)) await invoke("reclaim", { key });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function invoke(action: string, params: object = {}): Promise<{ seq: number }> {
  const begun = performance.now();
  const answer = await room.invoke<{ seq: number }>(action, params);
  tell({ note: "invoked", by: id, ms: performance.now() - begun });
  return expectOk(answer);
}
