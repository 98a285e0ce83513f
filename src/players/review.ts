import { keyOf } from "./player.ts";
import type { Part } from "./stage.ts";
import { play } from "./stage.ts";

interface Submission {
  readonly key: string;
  readonly by: string;
  readonly version: number;
  readonly reviewers: readonly string[];
  readonly state: "waiting" | "changes_requested" | "ready";
}

interface Verdict {
  readonly key: string;
  readonly version: number;
  readonly note: string;
}

/** What of the template's words is used here, as `sync types` writes it. */
interface Words {
  readonly actions: {
    readonly submit: {
      readonly params: { readonly title: string; readonly body: string };
      readonly result: unknown;
    };
    readonly revise: {
      readonly params: { readonly key: string; readonly body: string };
      readonly result: number;
    };
    readonly comment: {
      readonly params: { readonly key: string; readonly text: string };
      readonly result: unknown;
    };
    readonly approve: { readonly params: Verdict; readonly result: unknown };
    readonly request_changes: { readonly params: Verdict; readonly result: unknown };
    readonly accept: { readonly params: { readonly key: string }; readonly result: unknown };
  };
  readonly views: { readonly open_submissions: readonly Submission[] };
  readonly state: { readonly _submissions?: Readonly<Record<string, { readonly body: string }>> };
}

/** What is handed in, draft after draft. */
const TEXTS = [
  {
    title: "How we name branches",
    drafts: [
      "A branch is named after its issue. Who deletes it: to be decided.",
      "A branch is named after its issue. Who merges it deletes it.",
    ],
  },
  { title: "When we deploy", drafts: ["Every day but Friday, when all tests have passed."] },
  {
    title: "How we answer alerts",
    drafts: [
      "Who is on call answers. In what time: to be decided.",
      "Who is on call answers within ten minutes. And at night: to be decided.",
      "Who is on call answers within ten minutes, at night within thirty.",
    ],
  },
] as const;

/** Hands in texts one after the other, and revises each until it is accepted. */
const author: Part<Words> = async (self) => {
  for (const { title, drafts } of TEXTS) {
    const [first, ...later] = drafts;
    const key = keyOf(await self.act("submit", { title, body: first }));
    for (;;) {
      // Accepted, by whomever, or judged.
      const { views } = await self.until(
        `!views.open_submissions.exists(s, s.key == "${key}" && s.state == "waiting")`,
      );
      const mine = views.open_submissions?.find((each) => each.key === key);
      if (!mine) break;
      if (mine.state === "ready") await self.attempt("accept", { key });
      else await self.attempt("revise", { key, body: later.shift() ?? drafts.at(-1) ?? first });
    }
  }
  await self.say("That is all. Thank you for reading so well.");
};

/** Reads what others hand in, and approves what leaves nothing open. */
const reviewer: Part<Words> = async (self, writer) => {
  for (;;) {
    const { views, state } = await self.until(
      `views.open_submissions.exists(s, s.by != self && !(self in s.reviewers)) || agents["${writer}"].status == "left"`,
    );
    const next = views.open_submissions?.find(
      ({ by, reviewers }) => by !== self.id && !reviewers.includes(self.id),
    );
    if (!next) return;
    const { key, version } = next;
    const body = state._submissions?.[key]?.body ?? "";
    // A verdict on a version that was revised meanwhile is refused: then there is a new one to read.
    if (String(body).includes("to be decided")) {
      await self.attempt("comment", { key, text: `“${openPoint(String(body))}” is still open.` });
      await self.attempt("request_changes", { key, version, note: "Please decide what is still open." });
    } else {
      await self.attempt("approve", { key, version, note: "Clear and short." });
    }
  }
};

function openPoint(body: string): string {
  return /([^.]*): to be decided/.exec(body)?.[1]?.trim() ?? body;
}

export const review = play<Words>([author, reviewer]);
