import { chance } from "../chance.ts";
import type { Answer } from "./api.ts";
import { call, expectOk, inParallel } from "./api.ts";
import { AGENTS, actionsOf, HERO, HERO_VIEW, PARTNER, TOPICS, VIEWS } from "./vocabulary.ts";

/** Entries that one action writes: what an action may write at most. */
const BATCH = 64;
const ENTRIES = 5_000;
const OWN_ENTRIES = 10;

/** A busy room: its id, and what its agents call with. */
export interface BusyRoom {
  readonly server: string;
  readonly id: string;
  readonly tokens: ReadonlyMap<string, string>;
  readonly owner: string;
}

export async function invoke(room: BusyRoom, agent: string, action: string, params: object): Promise<Answer> {
  const path = `/rooms/${room.id}/actions/${encodeURIComponent(action)}/invoke`;
  return await call(room.server, path, room.tokens.get(agent) ?? room.owner, { params });
}

/** Makes the room. A seed gives the same entries; calls race, so their order, and with it what is newest, may differ. */
export async function furnish(server: string, seed: number): Promise<BusyRoom> {
  const random = chance(seed);
  const created = expectOk(await call(server, "/rooms", undefined, { id: `busy-${seed}` }));
  const owner = String(created.token);
  const tokens = new Map<string, string>();
  const room = { server, id: String(created.id), tokens, owner };
  for (const [index, id] of AGENTS.entries()) {
    const state = Object.fromEntries(
      Array.from({ length: OWN_ENTRIES }, (_, step) => [
        `step-${step}`,
        { done: step < index % OWN_ENTRIES },
      ]),
    );
    const body = { id, role: `keeps ${TOPICS[index % TOPICS.length]}`, state };
    tokens.set(id, String(expectOk(await call(server, `/rooms/${room.id}/agents`, owner, body)).token));
  }
  await register(room);
  await fill(room, random);
  await talk(room, random);
  return room;
}

async function register(room: BusyRoom): Promise<void> {
  const make = async (agent: string, what: string, params: object) =>
    void expectOk(await invoke(room, agent, what, params));
  const put = { id: "load", writes: batchWrites() };
  await make("", "_register_action", { ...put, description: "Bring up to 64 entries at once" });
  await inParallel(AGENTS, async (agent) => {
    for (const action of actionsOf(agent)) await make(agent, "_register_action", action);
  });
  for (const view of VIEWS) await make("", "_register_view", { ...view, scope: "_shared" });
  await make(HERO, "_register_view", { ...HERO_VIEW, scope: "_shared" });
}

function batchWrites(): object[] {
  return Array.from({ length: BATCH }, (_, index) => ({
    scope: "${params.scope}",
    key: `\${params.entries.${index}.key}`,
    value: `\${params.entries.${index}.value}`,
  }));
}

/** Everything but what joins and single actions bring, 64 entries an invocation, several of these at once. */
async function fill(room: BusyRoom, random: () => number): Promise<void> {
  const perTopic = Math.ceil(ENTRIES / TOPICS.length / BATCH);
  const loads = TOPICS.flatMap((topic) =>
    Array.from({ length: perTopic }, (_, batch) => ({
      agent: AGENTS[Math.floor(random() * AGENTS.length)] ?? HERO,
      scope: `_${topic}`,
      entries: Array.from({ length: BATCH }, (_, index) => entry(topic, batch * BATCH + index, random)),
    })),
  );
  await inParallel(loads, async ({ agent, scope, entries }) => {
    expectOk(await invoke(room, agent, "load", { scope, entries }));
  });
  expectOk(await invoke(room, PARTNER, `${PARTNER}.hold_deploys`, { frozen: false }));
  expectOk(await invoke(room, "", "_delete_action", { id: "load" }));
}

/** What the story of the transcript is about. */
const PLOT: Readonly<Record<string, object>> = {
  incidents: {
    key: "inc-7",
    value: { title: "payments answers slowly", status: "open", owner: null, weight: 97 },
  },
  services: {
    key: "srv-payments",
    value: { title: "payments", status: "degraded", owner: HERO, weight: 90 },
  },
};

function entry(topic: string, number: number, random: () => number): object {
  const plot = number === 7 ? PLOT[topic] : undefined;
  if (plot) return plot;
  const owner = random() < 0.3 ? null : AGENTS[Math.floor(random() * AGENTS.length)];
  const status = random() < 0.5 ? "open" : random() < 0.5 ? "closed" : "waiting";
  const value = { title: `${topic} ${number}`, status, owner, weight: Math.floor(random() * 100) };
  return { key: `${topic.slice(0, 3)}-${number}`, value };
}

async function talk(room: BusyRoom, random: () => number): Promise<void> {
  for (let number = 0; number < 80; number++) {
    const from = AGENTS[Math.floor(random() * AGENTS.length)] ?? HERO;
    const topic = TOPICS[Math.floor(random() * TOPICS.length)];
    const to = number % 5 === 0 ? { to: AGENTS[number % AGENTS.length] } : {};
    const body = `Has anyone looked at ${topic} ${Math.floor(random() * 400)}?`;
    if (from !== HERO) expectOk(await invoke(room, from, "_send_message", { body, ...to }));
  }
  const body = "payments is slow since the last deploy: can you take inc-7?";
  expectOk(await invoke(room, PARTNER, "_send_message", { body, to: HERO }));
}
