import { agentRecord } from "../kernel/authority.ts";
import type { Json, JsonObject } from "../kernel/json.ts";
import { isJsonObject, jsonEqual } from "../kernel/json.ts";
import type { Difference, Identity } from "../kernel/model.ts";
import { sight } from "../kernel/sight.ts";
import type { ContextShape } from "../protocol/context-shape.ts";
import { serialise } from "../protocol/serialise.ts";
import { readContext } from "../room/context.ts";
import { Derivations } from "../room/derivations.ts";
import { requestAccount } from "../room/expressions.ts";
import { LiveState } from "../room/live-state.ts";
import type { RoomInside } from "../room/parts.ts";
import { ReadModel } from "../room/read-model.ts";
import { readPoll } from "../room/reads.ts";
import { NO_TIMERS } from "../room/replay.ts";
import type { Session } from "../room/session.ts";
import { Timers } from "../room/timers.ts";
import type { StateTable } from "../storage/state-store.ts";
import { ENTITY_NAMES, ENTITY_TABLES } from "./entities.ts";
import type { Sides } from "./sides.ts";

/** What the two sides show differently: the first of it, and how much there is. */
export interface Comparison {
  readonly differences: readonly Difference[];
  readonly difference_count: number;
}

const MOST_LISTED = 100;
/** A value that is longer is shown by its beginning. */
const MOST_CHARS = 400;

/** Messages are neither side's: they stand in `state` in every phase. */
const WHOLE: ContextShape = {
  ...{ only: null, depth: "full", include: [], messages_after: null, messages_limit: 0, messages: false },
  ...{ actions: true, request: {} },
};

/**
 * Compares what the room token and each agent are shown, assembled from either side: context, views and availability, and
 * the entries that are hidden now [LEGACY-5]. Yields after each reader; what it compares is of one instant.
 */
export function* compareSides(inside: RoomInside, sides: Sides): Generator<void, Comparison> {
  const found: Difference[] = [];
  let count = 0;
  for (const agent of [null, ...agentsOf(sides)]) {
    const now = inside.model.now();
    const [legacy, v8] = (["legacy", "validated"] as const).map((phase) => {
      return shownTo(
        agent,
        sideModel(
          inside,
          sides.as(() => phase),
          now,
        ),
        inside,
      );
    });
    for (const difference of differences(agent, legacy ?? null, v8 ?? null)) {
      count += 1;
      if (found.length < MOST_LISTED) found.push(difference);
    }
    yield;
  }
  return { differences: found, difference_count: count };
}

function agentsOf(sides: Sides): Set<string> {
  const keys = (["legacy", "validated"] as const).flatMap((phase) => {
    return [...sides.as(() => phase).load("_agents")].map(([key]) => key);
  });
  return new Set(keys);
}

/** The room over one side, to be read at `now`, ms since the epoch. */
function sideModel({ model }: RoomInside, state: StateTable, now: number): ReadModel {
  const { journal, log, index, base, checkpoint, presence, inbox } = model;
  return new ReadModel({
    live: new LiveState(state, new Timers(NO_TIMERS)),
    ...{ journal, log, index, base, presence, inbox },
    checkpoint: () => checkpoint,
    derivations: new Derivations(),
    now: () => now,
  });
}

/** What a reader is shown, by what it asks for; hidden entries are for the room alone. */
function shownTo(agent: string | null, model: ReadModel, { usage }: RoomInside): JsonObject {
  const session = sessionOf(agent, model);
  const { answer } = readContext({ model, session, shape: WHOLE, usage });
  const { state, views, agents, actions } = JSON.parse(serialise(answer, false)) as JsonObject;
  const { resolved, available } = JSON.parse(serialise(readPoll(model, session), false)) as JsonObject;
  return {
    context: { state: state ?? null, views: views ?? null, agents: agents ?? null, actions: actions ?? null },
    poll: { resolved: resolved ?? null, available: available ?? null },
    ...(agent === null ? { hidden: hiddenEntries(model) } : {}),
  };
}

function sessionOf(agent: string | null, model: ReadModel): Session {
  const identity: Identity =
    agent === null ? { kind: "room", token: "", acting: null } : { kind: "agent", token: "", agent };
  return {
    identity,
    sight: sight(identity, agentRecord(model.live, agent)),
    now: new Date(model.now()).toISOString(),
    account: requestAccount(),
  };
}

/** The entries that a timer or a gate keeps from every reader, by scope and key. */
function hiddenEntries(model: ReadModel): JsonObject {
  const scopes = ENTITY_NAMES.map((table) => ENTITY_TABLES[table]);
  return Object.fromEntries(
    scopes.map((scope) => {
      const hidden = [...model.live.entries(scope)].filter(([key]) => !model.visibleEntry(scope, key));
      const shown = hidden.map(([key, { value, enabled, timer, cooldown }]) => {
        return [key, JSON.parse(JSON.stringify({ value, enabled, timer, cooldown })) as Json] as const;
      });
      return [scope, Object.fromEntries(shown)];
    }),
  );
}

function* differences(agent: string | null, legacy: Json, v8: Json, path = ""): Generator<Difference> {
  if (jsonEqual(legacy, v8)) return;
  if (!isJsonObject(legacy) || !isJsonObject(v8)) {
    yield { agent, path, legacy: shortened(legacy), v8: shortened(v8) };
    return;
  }
  for (const name of new Set([...Object.keys(legacy), ...Object.keys(v8)])) {
    const [left, right] = [legacy, v8].map((side) => (Object.hasOwn(side, name) ? side[name] : null) ?? null);
    yield* differences(agent, left ?? null, right ?? null, path === "" ? name : `${path}.${name}`);
  }
}

function shortened(value: Json): Json {
  const text = JSON.stringify(value);
  return text.length <= MOST_CHARS ? value : `${text.slice(0, MOST_CHARS)}…`;
}
