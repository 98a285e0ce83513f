import { COLLECTION_FUNCTIONS, COLLECTION_METHODS } from "./collection-functions.ts";
import { CONVERSIONS } from "./conversions.ts";
import { FORMAT_METHODS } from "./format.ts";
import { MATH_FUNCTIONS } from "./math-functions.ts";
import { PATTERN_FUNCTIONS } from "./patterns.ts";
import { ROOM_FUNCTIONS } from "./room-functions.ts";
import type { CelFunction } from "./signature.ts";
import { STRING_FUNCTIONS, STRING_METHODS } from "./string-functions.ts";
import { TIME_METHODS } from "./time-functions.ts";

/** What is called as `name(…)`. */
export const FUNCTIONS: ReadonlyMap<string, CelFunction> = new Map([
  ...Object.entries(CONVERSIONS),
  ...Object.entries(COLLECTION_FUNCTIONS),
  ...Object.entries(STRING_FUNCTIONS),
  ...Object.entries(MATH_FUNCTIONS),
  ...Object.entries(PATTERN_FUNCTIONS),
  ...Object.entries(ROOM_FUNCTIONS),
]);

/** What is called as `value.name(…)`; the value is the first argument. */
export const METHODS: ReadonlyMap<string, CelFunction> = new Map([
  ...Object.entries(COLLECTION_METHODS),
  ...Object.entries(STRING_METHODS),
  ...Object.entries(FORMAT_METHODS),
  ...Object.entries(PATTERN_FUNCTIONS),
  ...Object.entries(TIME_METHODS),
]);
