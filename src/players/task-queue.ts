import { keyOf } from "./player.ts";
import type { Part } from "./stage.ts";
import { play } from "./stage.ts";

/** What of the template's words is used here, as `sync types` writes it. */
interface Words {
  readonly actions: {
    readonly post_task: {
      readonly params: { readonly body: string; readonly priority?: "high" | "normal" | "low" };
      readonly result: unknown;
    };
    readonly claim_task: {
      readonly params: { readonly key: string; readonly lease_ms: number };
      readonly result: { readonly body: string; readonly attempt: number };
    };
    readonly complete_task: {
      readonly params: { readonly key: string; readonly result: string; readonly attempt: number };
      readonly result: unknown;
    };
    readonly release_task: {
      readonly params: { readonly key: string; readonly reason: string };
      readonly result: unknown;
    };
  };
  readonly views: { readonly ready: readonly string[]; readonly settled: boolean };
  readonly state: {
    readonly _results?: Readonly<Record<string, { readonly result: string; readonly by: string }>>;
  };
}

const TASKS = [
  { body: "Count the words of chapter 1", priority: "normal" },
  { body: "Check the links of chapter 2", priority: "low" },
  { body: "Correct the title page", priority: "high" },
  { body: "Count the words of chapter 2", priority: "normal" },
  { body: "Check the links of chapter 1", priority: "low" },
  { body: "Draw the map of chapter 3", priority: "normal" },
] as const;

/** So long a task may be worked on before it goes back into the queue. */
const LEASE_MS = 60_000;

/** Posts the work, and looks at each result. */
const ada: Part<Words> = async (self) => {
  await self.say("Six tasks are coming. Take what you like, the urgent ones first.");
  const keys: string[] = [];
  for (const task of TASKS) keys.push(keyOf(await self.act("post_task", task)));
  for (const key of keys) {
    const { state } = await self.until(`state._results["${key}"] != null`);
    const done = state._results?.[key];
    if (done) await self.say(`Task ${key}, ${done.result}: thank you, ${done.by}.`);
  }
  await self.say("All is done.");
};

/** Works as long as there is work, or somebody who may bring some. */
const bo: Part<Words> = async (self, boss) => {
  for (;;) {
    const { views } = await self.until(`views.ready.size() > 0 || agents["${boss}"].status == "left"`);
    const [key] = views.ready ?? [];
    if (key === undefined) return;
    const claim = await self.attempt("claim_task", { key, lease_ms: LEASE_MS });
    // Another was faster: on to what is ready now.
    if (claim?.result === undefined) continue;
    const { body, attempt } = claim.result;
    if (body.startsWith("Draw") && attempt === 1) {
      await self.attempt("release_task", { key, reason: "My pencil is blunt. I try again." });
    } else {
      await self.attempt("complete_task", { key, result: outcomeOf(body), attempt });
    }
  }
};

function outcomeOf(body: string): string {
  if (body.startsWith("Count")) return `${body.length * 97} words`;
  return body.startsWith("Check") ? "no link is broken" : "done";
}

export const taskQueue = play<Words>([ada, bo]);
