import type { Json, JsonObject } from "./json.ts";
import { jsonObject } from "./json.ts";
import type { ActionDefinition } from "./model.ts";
import type { StateReader } from "./state.ts";

/** The targets of an action's writes as they are written, templates unexpanded; appends commute and do not contend. */
function writeTargets(definition: ActionDefinition): Set<string> {
  const targets = new Set<string>();
  for (const write of definition.writes) {
    if (!write.append) targets.add(`${write.scope ?? definition.scope}:${write.key}`);
  }
  return targets;
}

/** `{"scope:key": [action ids]}` for each target that two or more actions write [ACT-11]. */
export function contested(state: StateReader): JsonObject {
  const writers = new Map<string, string[]>();
  for (const [id, entry] of state.entries("_actions")) {
    for (const target of writeTargets(entry.value as unknown as ActionDefinition)) {
      writers.set(target, [...(writers.get(target) ?? []), id]);
    }
  }
  return jsonObject(
    [...writers].filter(([, ids]) => ids.length > 1).map(([target, ids]) => [target, ids as Json]),
  );
}

/** The actions, other than `id` itself, that write a target of `definition`, by target. */
export function rivals(state: StateReader, id: string, definition: ActionDefinition): JsonObject {
  const targets = writeTargets(definition);
  const found = jsonObject();
  for (const [other, entry] of state.entries("_actions")) {
    if (other === id) continue;
    for (const target of writeTargets(entry.value as unknown as ActionDefinition)) {
      if (targets.has(target)) found[target] = [...((found[target] as Json[]) ?? []), other];
    }
  }
  return found;
}
