import { agentRecord } from "../kernel/authority.ts";
import type { Json, JsonObject } from "../kernel/json.ts";
import { isJsonObject, jsonEqual, jsonObject } from "../kernel/json.ts";
import type { Difference, Phase } from "../kernel/migration.ts";
import type { Identity } from "../kernel/model.ts";
import { isReservedScope } from "../kernel/names.ts";
import { sight } from "../kernel/sight.ts";
import { serialise } from "../protocol/serialise.ts";
import { actionsPart, agentsPart, shown, viewsPart } from "../room/context/parts.ts";
import { Derivations } from "../room/derivations.ts";
import { requestAccount } from "../room/expressions.ts";
import { LiveState } from "../room/live-state.ts";
import type { RoomInside } from "../room/parts.ts";
import { ReadModel } from "../room/read-model.ts";
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

type Sided<T> = { readonly legacy: T; readonly v8: T };

/**
 * Compares what is shown when it is assembled from either side [LEGACY-5]. To the room token: views, agents, actions with
 * their definitions, and entries that are hidden now. Views and agents look the same to everyone, so of each agent there
 * remains: which actions are available to it, and which scopes and gated keys it may read. Yields after each reader; what
 * is compared is of one instant.
 */
export function* compareSides(inside: RoomInside, sides: Sides): Generator<void, Comparison> {
  const found: Difference[] = [];
  let count = 0;
  let models = sideModels(inside, sides);
  for (const agent of [null, ...agentsOf(sides)]) {
    const { seq } = inside.model.journal.head;
    if (models.legacy.journal.head.seq !== seq) models = sideModels(inside, sides);
    const legacy = shownTo(agent, models.legacy);
    const v8 = shownTo(agent, models.v8);
    for (const difference of differences(agent, legacy, v8)) {
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

function sideModels(inside: RoomInside, sides: Sides): Sided<ReadModel> {
  const now = inside.model.now();
  const over = (phase: Phase) =>
    sideModel(
      inside,
      sides.as(() => phase),
      now,
    );
  return { legacy: over("legacy"), v8: over("validated") };
}

/** The room over one side, to be read at `now`, ms since the epoch; it stands still until it is opened anew. */
function sideModel({ model }: RoomInside, state: StateTable, now: number): ReadModel {
  const { journal, log, index, base, checkpoint, usage, presence, inbox } = model;
  const { head } = journal;
  return new ReadModel({
    live: new LiveState(state, new Timers(NO_TIMERS)),
    journal: { head, instant: () => head.ts },
    ...{ log, index, base, usage, presence, inbox },
    checkpoint: () => checkpoint,
    derivations: new Derivations(),
    now: () => now,
  });
}

function shownTo(agent: string | null, model: ReadModel): JsonObject {
  model.derivations.turn.begin();
  const session = sessionOf(agent, model);
  const toReader = { state: readable(model, session), available: availableTo(model, session) };
  if (agent !== null) return toReader;
  return { context: registered(model, session), ...toReader, hidden: hiddenEntries(model) };
}

/** Entries of other scopes are neither side's: they stand in `state` in every phase, and so do messages. */
function registered(model: ReadModel, session: Session): JsonObject {
  const sections = {
    views: shown(viewsPart(model)),
    agents: shown(agentsPart(model)),
    actions: shown(actionsPart({ model, session, depth: "full", usage: new Map() })),
  };
  return JSON.parse(serialise(sections, false)) as JsonObject;
}

function sessionOf(agent: string | null, model: ReadModel): Session {
  const identity: Identity =
    agent === null ? { kind: "room", token: "", acting: null } : { kind: "agent", token: "", agent };
  return {
    identity,
    sight: sight(identity, agentRecord(model.live, agent)),
    now: new Date(model.now()).toISOString(),
    account: requestAccount(),
    checking: requestAccount(),
  };
}

/** The scopes that a reader may read; of one with gates, which depend on what is registered, the keys that are shown. */
function readable(model: ReadModel, { sight }: Session): JsonObject {
  const scopes = model.live.scopes().filter((scope) => !isReservedScope(scope) && sight.mayRead(scope));
  const keysOf = (scope: string) => (model.live.hasGates(scope) ? [...model.visibleKeys(scope)] : true);
  return jsonObject(scopes.map((scope) => [scope, keysOf(scope)]));
}

function availableTo(model: ReadModel, { sight }: Session): JsonObject {
  const ids = model.actions.ids(sight);
  return jsonObject(ids.map((id) => [id, model.actions.availability(id, sight).available]));
}

/** The entries that a timer or a gate keeps from every reader, by scope and key. */
function hiddenEntries(model: ReadModel): JsonObject {
  const scopes = ENTITY_NAMES.map((table) => ENTITY_TABLES[table]);
  return jsonObject(
    scopes.map((scope) => {
      const hidden = [...model.live.entries(scope)].filter(([key]) => !model.visibleEntry(scope, key));
      const shown = hidden.map(([key, { value, enabled, timer, cooldown }]) => {
        return [key, JSON.parse(JSON.stringify({ value, enabled, timer, cooldown })) as Json] as const;
      });
      return [scope, jsonObject(shown)];
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
