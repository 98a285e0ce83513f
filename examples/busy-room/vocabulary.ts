/**
 * The words of the busy room: a town's services, worked by twenty agents. Twelve shared scopes, twenty actions for each of
 * them, and thirteen that each agent brought for itself: 500 in all.
 */
export const AGENTS = ["ada", "bo", "cy", "dee", "eli", "fay", "gus", "hana", "ike", "jo"].concat([
  "kim",
  "lev",
  "mira",
  "ned",
  "ola",
  "pia",
  "quin",
  "rui",
  "sam",
  "tess",
]);
/** The agent that the transcript follows. */
export const HERO = "mira";
/** The agent that writes to it. */
export const PARTNER = "bo";

export const TOPICS = ["incidents", "services", "deploys", "tickets", "builds", "reviews"].concat([
  "alerts",
  "metrics",
  "customers",
  "invoices",
  "docs",
  "shifts",
]);

const VERBS = [
  "open",
  "close",
  "assign",
  "escalate",
  "label",
  "rank",
  "note",
  "retry",
  "pause",
  "resume",
].concat([
  "link",
  "unlink",
  "estimate",
  "approve",
  "reject",
  "archive",
  "split",
  "hand_over",
  "sample",
  "remind",
]);
const HABITS = ["plan", "log", "tally", "watch", "draft", "check", "ask", "offer", "promise", "rate"].concat([
  "mark",
  "sort",
  "keep",
]);

const key = { type: "string", required: true };

/** An action as `_register_action` takes it. */
export interface Action {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** What anyone does to an entry of a topic. */
function topicActions(topic: string): Action[] {
  return VERBS.map((verb) => ({
    id: `${topic}.${verb}`,
    description: `${verb} one of ${topic}`,
    params: { key, note: { type: "string" } },
    if: `params.key in state._${topic}`,
    writes: [
      {
        scope: `_${topic}`,
        key: "${params.key}",
        merge: { [verb]: { by: "${self}", note: "${params.note}" } },
      },
    ],
  }));
}

/** What an agent does in its own way, to the topic that it cares for most. */
function ownActions(agent: string, index: number): Action[] {
  const topic = TOPICS[index % TOPICS.length];
  return HABITS.map((habit) => ({
    id: `${agent}.${habit}`,
    description: `How ${agent} does ${habit} on ${topic}`,
    params: { text: { type: "string" } },
    writes: [
      { scope: `_${topic}`, key: `${agent}-${habit}`, value: { text: "${params.text}", by: "${self}" } },
    ],
  }));
}

/** The actions that the agent of the transcript brought, in place of its first habits. */
const HERO_ACTIONS: readonly Action[] = [
  {
    id: "mira.mitigate",
    description: "Say how an incident is contained; it must be yours",
    params: { key, how: key },
    if: "params.key in state._incidents && state._incidents[params.key].owner == self",
    writes: [
      { scope: "_incidents", key: "${params.key}", merge: { status: "mitigated", how: "${params.how}" } },
    ],
  },
  {
    id: "mira.take",
    description: "Take an open incident that nobody owns",
    params: { key },
    if: "params.key in state._incidents && state._incidents[params.key].owner == null",
    writes: [{ scope: "_incidents", key: "${params.key}", merge: { owner: "${self}" } }],
  },
  {
    id: "mira.freeze",
    description: "Stop or allow deploys of everything",
    params: { frozen: { type: "boolean", required: true } },
    writes: [{ scope: "_shared", key: "freeze", value: { frozen: "${params.frozen}", by: "${self}" } }],
  },
];

/** The actions of one agent: its own, and its share of the topics'. */
export function actionsOf(agent: string): Action[] {
  const index = AGENTS.indexOf(agent);
  const habits = ownActions(agent, index);
  const own = agent === HERO ? [...HERO_ACTIONS, ...habits.slice(HERO_ACTIONS.length)] : habits;
  if (agent === PARTNER) own.splice(0, 1, rival());
  const shared = TOPICS.flatMap(topicActions).filter((_, number) => number % AGENTS.length === index);
  return [...shared, ...own];
}

/** Writes what an action of the transcript's agent writes, too: the target is contested. */
function rival(): Action {
  const writes = [{ scope: "_shared", key: "freeze", value: { frozen: "${params.frozen}", by: "${self}" } }];
  const params = { frozen: { type: "boolean", required: true } };
  return { id: `${PARTNER}.hold_deploys`, description: "Hold or allow deploys", params, writes };
}

/** Views that everyone sees: one figure a topic, and what the transcript's agent cares for. */
export const VIEWS = [
  ...TOPICS.map((topic) => ({
    id: `${topic}_count`,
    description: `How many ${topic} there are`,
    expr: `size(state._${topic})`,
  })),
  {
    id: "unowned_incidents",
    description: "Open incidents that nobody owns",
    expr: 'state._incidents.filter(k, k.startsWith("inc-") && state._incidents[k].status == "open" && state._incidents[k].owner == null)',
  },
];

export const HERO_VIEW = {
  id: "mira.payments",
  description: "How payments stands",
  expr: '{"service": state._services["srv-payments"], "incident": state._incidents["inc-7"], "freeze": state._shared.freeze}',
};
