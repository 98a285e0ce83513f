import type { Player } from "./player.ts";
import { unusedName } from "./player.ts";
import type { Part } from "./stage.ts";
import { play } from "./stage.ts";

interface Outcome {
  readonly winner: string | null;
  /** Absent where the proposal was withdrawn. */
  readonly tied?: readonly string[];
}

/** What of the template's words is used here, as `sync types` writes it. */
interface Words {
  readonly actions: {
    readonly propose: {
      readonly params: {
        readonly proposal: string;
        readonly title: string;
        readonly options: readonly string[];
        readonly quorum: number;
      };
      readonly result: unknown;
    };
    readonly cast_ballot: {
      readonly params: { readonly proposal: string; readonly choice: string; readonly reason?: string };
      readonly result: unknown;
    };
    readonly close_vote: { readonly params: { readonly proposal: string }; readonly result: Outcome };
  };
  readonly views: {
    readonly open_votes: readonly {
      readonly proposal: string;
      readonly options: readonly string[];
      readonly by: string;
      readonly voters: readonly string[];
    }[];
  };
  readonly state: {
    readonly _proposals?: Readonly<Record<string, unknown>>;
    readonly _ballots?: Readonly<Record<string, { readonly choice: string }>>;
    readonly _outcomes?: Readonly<Record<string, Outcome>>;
  };
}

const QUESTIONS = [
  { id: "meeting", title: "When do we meet?", options: ["Monday", "Wednesday", "Friday"] },
  { id: "language", title: "Which language for the new service?", options: ["Go", "Rust", "TypeScript"] },
  { id: "name", title: "What do we call it?", options: ["Heron", "Otter"] },
] as const;

/** Puts the questions, votes first, and closes. A tie is voted on again, between those that are tied. */
const ada: Part<Words> = async (self) => {
  for (const { id, title, options } of QUESTIONS) {
    const outcome = await asked(self, id, title, options);
    const { winner = null, tied = [] } = outcome ?? {};
    if (tied.length > 0) {
      await self.say(`A tie between ${tied.join(" and ")}. Once more, please.`);
      const again = await asked(self, `${id}-run-off`, `${title} A run-off`, tied);
      await self.say(again?.winner ? `${again.winner} it is.` : "We leave it open.");
    } else if (winner) await self.say(`${winner} it is.`);
  }
};

/** Puts a question to the vote and answers the outcome, whoever closed it. */
async function asked(
  self: Player<Words>,
  id: string,
  title: string,
  options: readonly string[],
): Promise<Outcome | undefined> {
  const { state } = await self.look();
  const proposal = unusedName(id, (name) => Object.hasOwn(state._proposals ?? {}, name));
  await self.act("propose", { proposal, title, options, quorum: 2 });
  const [choice = ""] = options;
  await self.attempt("cast_ballot", { proposal, choice, reason: "It came to my mind first." });
  await self.until(
    `state._outcomes["${proposal}"] != null || views.open_votes.exists(v, v.proposal == "${proposal}" && v.quorum_reached)`,
  );
  const closed = await self.attempt("close_vote", { proposal });
  return closed?.result ?? (await self.look()).state._outcomes?.[proposal];
}

/** Votes on what the other has voted on: as it likes, but in a run-off it gives way. */
const bo: Part<Words> = async (self, other) => {
  for (;;) {
    const { views, state } = await self.until(
      `views.open_votes.exists(v, "${other}" in v.voters && !(self in v.voters)) || agents["${other}"].status == "left"`,
    );
    const open = views.open_votes?.find(({ voters }) => voters.includes(other) && !voters.includes(self.id));
    if (!open) return;
    const { proposal, options } = open;
    const ballot = state._ballots?.[`${proposal}.${other}`];
    if (proposal.includes("run-off") && ballot) {
      await self.say(`I can live with ${ballot.choice}.`, other);
      await self.attempt("cast_ballot", { proposal, choice: ballot.choice, reason: "I give way." });
    } else {
      await self.attempt("cast_ballot", { proposal, choice: self.pick(options) ?? "" });
    }
  }
};

export const vote = play<Words>([ada, bo]);
