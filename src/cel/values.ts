import type { Json, JsonObject } from "../kernel/json.ts";
import type { SubstrateMap } from "./substrate-map.ts";

export type MapKey = string | boolean | bigint;
export type CelList = readonly CelValue[];
/** A JSON object, a map written in an expression, or a map of the substrate. */
export type CelMap = JsonObject | ReadonlyMap<MapKey, CelValue> | SubstrateMap;

/**
 * What an expression computes with. A `number` is a CEL double, and every number of JSON is one; a `bigint` is a CEL
 * int, as integer literals are. The two mix everywhere [CEL-2].
 */
export type CelValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Uint
  | Timestamp
  | Duration
  | CelType
  | readonly CelValue[]
  | JsonObject
  | ReadonlyMap<MapKey, CelValue>
  | SubstrateMap;

export class Uint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

export class Timestamp {
  /** Nanoseconds since 1970-01-01T00:00:00Z. */
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }

  static fromMilliseconds(milliseconds: number): Timestamp {
    return new Timestamp(BigInt(Math.trunc(milliseconds)) * 1_000_000n);
  }
}

export class Duration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class CelType {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * JSON as an expression reads it: the same reference, for JSON values are CEL values. Objects are read by their own
 * keys only, so that `constructor` and `__proto__` are ordinary keys.
 */
export function toCel(value: Json): CelValue {
  return value;
}

export type Kind =
  | "null"
  | "bool"
  | "double"
  | "int"
  | "uint"
  | "string"
  | "bytes"
  | "timestamp"
  | "duration"
  | "type"
  | "list"
  | "map";

/** The kind of a value, as error messages name it. */
export function kindOf(value: CelValue): Kind {
  switch (typeof value) {
    case "string":
      return "string";
    case "number":
      return "double";
    case "bigint":
      return "int";
    case "boolean":
      return "bool";
    default:
      return value === null ? "null" : objectKind(value);
  }
}

function objectKind(value: object): Kind {
  if (Array.isArray(value)) return "list";
  if (value instanceof Uint) return "uint";
  if (value instanceof Timestamp) return "timestamp";
  if (value instanceof Duration) return "duration";
  if (value instanceof CelType) return "type";
  if (value instanceof Uint8Array) return "bytes";
  return "map";
}

export function isList(value: CelValue): value is CelList {
  return Array.isArray(value);
}

export function isMap(value: CelValue): value is CelMap {
  return typeof value === "object" && value !== null && objectKind(value) === "map";
}

const TYPE_NAMES: Readonly<Record<Kind, string>> = {
  null: "null_type",
  bool: "bool",
  double: "double",
  int: "int",
  uint: "uint",
  string: "string",
  bytes: "bytes",
  timestamp: "google.protobuf.Timestamp",
  duration: "google.protobuf.Duration",
  type: "type",
  list: "list",
  map: "map",
};

const TYPES: ReadonlyMap<string, CelType> = new Map(
  Object.values(TYPE_NAMES).map((name) => [name, new CelType(name)]),
);

/** The type that `name` denotes in an expression, such as `int`, or undefined. */
export function typeNamed(name: string): CelType | undefined {
  return TYPES.get(name);
}

export function typeOf(value: CelValue): CelType {
  const name = TYPE_NAMES[kindOf(value)];
  return TYPES.get(name) ?? new CelType(name);
}
