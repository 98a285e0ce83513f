import type { Player } from "./player.ts";
import { keyOf, unusedName } from "./player.ts";
import type { Part } from "./stage.ts";
import { play } from "./stage.ts";

interface Stance {
  readonly claim: string;
  readonly evidence: string;
}

interface ClaimShown {
  readonly claim: string;
  readonly topic: string;
  readonly text: string;
  readonly by: string;
  readonly supports: number;
  readonly contradictions: number;
}

/** What of the template's words is used here, as `sync types` writes it. */
interface Words {
  readonly actions: {
    readonly open_topic: {
      readonly params: { readonly topic: string; readonly question: string };
      readonly result: unknown;
    };
    readonly assert_claim: {
      readonly params: {
        readonly topic: string;
        readonly text: string;
        readonly evidence: readonly string[];
        readonly confidence: number;
      };
      readonly result: unknown;
    };
    readonly support: { readonly params: Stance; readonly result: unknown };
    readonly contradict: { readonly params: Stance; readonly result: unknown };
    readonly retract_claim: {
      readonly params: { readonly claim: string; readonly reason: string };
      readonly result: unknown;
    };
    readonly conclude_topic: {
      readonly params: {
        readonly topic: string;
        readonly conclusion: string;
        readonly claims: readonly string[];
      };
      readonly result: unknown;
    };
  };
  readonly views: { readonly claims: readonly ClaimShown[] };
  readonly state: {
    readonly _topics?: Readonly<Record<string, unknown>>;
    readonly _claims?: Readonly<Record<string, { readonly confidence: number }>>;
    readonly _stances?: Readonly<Record<string, { readonly claim: string; readonly by: string }>>;
  };
}

/** What one of them asks, and believes at first. */
const INQUIRIES = [
  {
    topic: "slow-builds",
    question: "Why do builds take twice as long since May?",
    beliefs: [
      {
        text: "The cache misses since the key has the date in it",
        evidence: ["Build log of 3 May"],
        confidence: 0.8,
      },
      { text: "The new machines are slower", evidence: ["They were new in May"], confidence: 0.3 },
    ],
    answer: "The cache's key changes every day; the machines are as fast as before.",
  },
  {
    topic: "lost-mail",
    question: "Where do confirmation mails get lost?",
    beliefs: [
      {
        text: "The queue drops mails of more than 64 KiB",
        evidence: ["Its manual, page 12"],
        confidence: 0.7,
      },
      { text: "The provider filters them", evidence: ["A customer thinks so"], confidence: 0.2 },
    ],
    answer: "They are too large for the queue.",
  },
] as const;

/** What the other found, by topic, which speaks against what was only guessed. */
const FINDINGS: Readonly<Record<string, { readonly text: string; readonly evidence: string }>> = {
  "slow-builds": {
    text: "A single build without cache takes as long as in April",
    evidence: "Ten runs, side by side",
  },
  "lost-mail": { text: "The provider never saw the lost ones", evidence: "Its log of accepted mails" },
};

/** Asks, states what it believes, hears the other, and concludes from what stood up. */
const asker: Part<Words> = async (self, other) => {
  for (const { topic: name, question, beliefs, answer } of INQUIRIES) {
    const { _topics = {} } = (await self.look()).state;
    const topic = unusedName(name, (id) => Object.hasOwn(_topics, id));
    await self.act("open_topic", { topic, question });
    const mine: string[] = [];
    for (const belief of beliefs) mine.push(keyOf(await self.act("assert_claim", { topic, ...belief })));
    const { views } = await self.until(
      `[${mine.map((key) => `"${key}"`)}].all(k, state._stances[k + ".${other}"] != null) && ` +
        `views.claims.exists(c, c.topic == "${topic}" && c.by == "${other}")`,
    );
    for (const claim of views.claims ?? []) if (claim.topic === topic) await reconsider(self, claim);
    const claims = (await self.look()).views.claims ?? [];
    const stood = claims.filter((each) => each.topic === topic && each.supports > each.contradictions);
    const keys = stood.map(({ claim }) => claim);
    const concluded = await self.attempt("conclude_topic", { topic, conclusion: answer, claims: keys });
    await self.say(concluded ? answer : "I come to no conclusion: too much is contested.");
  }
};

/** Takes back what was contradicted, and supports what the other found. */
async function reconsider(self: Player<Words>, claim: ClaimShown): Promise<void> {
  if (claim.by !== self.id) {
    await self.attempt("support", { claim: claim.claim, evidence: "I tried it: so it is." });
  } else if (claim.contradictions > claim.supports) {
    await self.attempt("retract_claim", { claim: claim.claim, reason: "I had guessed." });
  }
}

/** Examines what others claim: what they are sure of holds, of a guess it finds the contrary. */
const examiner: Part<Words> = async (self, other) => {
  for (;;) {
    const { views, state } = await self.until(
      `views.claims.exists(c, c.by == "${other}" && state._stances[c.claim + "." + self] == null) || agents["${other}"].status == "left"`,
    );
    const claim = views.claims?.find(
      (each) => each.by === other && !Object.hasOwn(state._stances ?? {}, `${each.claim}.${self.id}`),
    );
    if (!claim) return;
    if ((state._claims?.[claim.claim]?.confidence ?? 0) > 0.5) {
      await self.attempt("support", { claim: claim.claim, evidence: "I saw the same." });
      continue;
    }
    const { text, evidence } = findingOn(claim);
    await self.attempt("contradict", { claim: claim.claim, evidence });
    await self.attempt("assert_claim", { topic: claim.topic, text, evidence: [evidence], confidence: 0.9 });
  }
};

function findingOn({ topic, text }: ClaimShown): { readonly text: string; readonly evidence: string } {
  const found = Object.entries(FINDINGS).find(([name]) => topic.startsWith(name));
  return found?.[1] ?? { text: `Nothing shows that ${text}`, evidence: "I looked and found none" };
}

export const blackboard = play<Words>([asker, examiner]);
