import type { Json, JsonObject } from "./json.ts";
import { isJsonObject, jsonObject, own } from "./json.ts";

/** JSON Merge Patch (RFC 7396): objects merge, null removes a member, anything else replaces. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const merged: JsonObject = jsonObject(isJsonObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(own(merged, key), value);
  }
  return merged;
}
