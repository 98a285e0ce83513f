import { tests } from "@bufbuild/cel-spec/testdata/conformance.js";
import { Fault } from "../../src/cel/errors.ts";
import { Meter } from "../../src/cel/meter.ts";
import { compileFor } from "../../src/cel/program.ts";
import { Run } from "../../src/cel/run.ts";
import {
  CelType,
  type CelValue,
  Duration,
  isList,
  kindOf,
  type MapKey,
  Timestamp,
  Uint,
} from "../../src/cel/values.ts";

/** The suites of the language itself, without protocol buffers, and of the extensions that rooms have. */
export const CORE_SUITES = [
  "basic",
  "bindings_ext",
  "comparisons",
  "conversions",
  "fields",
  "fp_math",
  "integer_math",
  "lists",
  "logic",
  "macros",
  "parse",
  "plumbing",
  "string",
  "string_ext",
  "timestamps",
] as const;

/** A value as the protocol's JSON writes it, such as `{"int64Value": "1"}`. */
type ProtoValue = { readonly [kind: string]: unknown };

interface Original {
  readonly name?: string;
  readonly expr: string;
  readonly value?: ProtoValue;
  readonly evalError?: unknown;
  readonly container?: string;
  readonly bindings?: { readonly [name: string]: { readonly value?: ProtoValue } };
  readonly typedResult?: { readonly result?: ProtoValue };
  readonly checkOnly?: boolean;
}

interface Suite {
  readonly name: string;
  readonly suites?: readonly Suite[];
  readonly tests?: readonly { readonly original: Original }[];
}

export interface Case {
  /** `suite/section/name` */
  readonly id: string;
  readonly original: Original;
}

export function coreCases(): Case[] {
  const suites = (tests as Suite).suites ?? [];
  return CORE_SUITES.flatMap((name) =>
    suites.filter((suite) => suite.name === name).flatMap((suite) => casesOf(suite, name)),
  );
}

function casesOf(suite: Suite, path: string): Case[] {
  const own = (suite.tests ?? []).map(({ original }) => ({
    id: `${path}/${original.name ?? original.expr}`,
    original,
  }));
  const inner = (suite.suites ?? []).flatMap((child) => casesOf(child, `${path}/${child.name}`));
  return [...own, ...inner].filter(({ original }) => !original.checkOnly && !usesProtobuf(original));
}

const WELL_KNOWN = /google\.protobuf\.(Timestamp|Duration)(?!\s*\{)/g;

/** Whether a case builds, reads or answers a message: rooms hold JSON, and have none. */
function usesProtobuf(original: Original): boolean {
  const text = `${original.expr} ${JSON.stringify(original.bindings ?? {})} ${JSON.stringify(original.value ?? {})}`;
  return /TestAllTypes|google\.protobuf|enumValue|NestedEnum|GlobalEnum/.test(text.replace(WELL_KNOWN, ""));
}

/** What is wrong with the answer to a case, or null when it is as the specification says. */
export function failureOf({ original }: Case): string | null {
  const bindings = original.bindings ?? {};
  const compiled = compileFor(original.expr, new Set(Object.keys(bindings)));
  const outcome = compiled.ok ? run(compiled.program.body, bindings) : { error: compiled.error.message };
  if (original.evalError !== undefined) return "error" in outcome ? null : "an error was expected";
  if ("error" in outcome) return outcome.error;
  const expected = original.value ?? original.typedResult?.result ?? { boolValue: true };
  return same(outcome.value, expected) ? null : `answered a wrong ${kindOf(outcome.value)}`;
}

function run(body: (run: Run) => CelValue, bindings: NonNullable<Original["bindings"]>) {
  const read = (name: string) => fromProto(bindings[name]?.value ?? { nullValue: null });
  try {
    return { value: body(new Run(read, new Meter(1_000_000))) };
  } catch (thrown) {
    if (thrown instanceof Fault) return { error: thrown.message };
    throw thrown;
  }
}

function fromProto(proto: ProtoValue): CelValue {
  const [kind = "nullValue", value] = Object.entries(proto)[0] ?? [];
  switch (kind) {
    case "int64Value":
      return BigInt(value as string);
    case "uint64Value":
      return new Uint(BigInt(value as string));
    case "doubleValue":
      return Number(value);
    case "bytesValue":
      return Uint8Array.from(atob(value as string), (char) => char.charCodeAt(0));
    case "listValue":
      return ((value as { values?: ProtoValue[] }).values ?? []).map(fromProto);
    case "mapValue":
      return mapFromProto((value as { entries?: ProtoEntry[] }).entries ?? []);
    case "typeValue":
      return new CelType(value as string);
    case "objectValue":
      return timeFromProto(value as { "@type": string; value: string });
    default:
      return value as string | boolean | null;
  }
}

interface ProtoEntry {
  readonly key: ProtoValue;
  readonly value: ProtoValue;
}

function mapFromProto(entries: readonly ProtoEntry[]): CelValue {
  const keyOf = (key: ProtoValue) => {
    const value = fromProto(key);
    return (value instanceof Uint ? value.value : value) as MapKey;
  };
  return new Map(entries.map(({ key, value }) => [keyOf(key), fromProto(value)]));
}

function timeFromProto(message: { "@type": string; value: string }): CelValue {
  const name = message["@type"].endsWith("Timestamp") ? "timestamp" : "duration";
  const compiled = compileFor(`${name}(text)`, new Set(["text"]));
  if (!compiled.ok) throw new Error(compiled.error.message);
  return compiled.program.body(new Run(() => message.value, new Meter(1_000)));
}

function same(actual: CelValue, proto: ProtoValue): boolean {
  return identical(actual, fromProto(proto));
}

function identical(left: CelValue, right: CelValue): boolean {
  if (kindOf(left) !== kindOf(right)) return false;
  if (left instanceof Uint && right instanceof Uint) return left.value === right.value;
  if (left instanceof CelType && right instanceof CelType) return left.name === right.name;
  if (left instanceof Timestamp && right instanceof Timestamp) return left.nanos === right.nanos;
  if (left instanceof Duration && right instanceof Duration) return left.nanos === right.nanos;
  if (left instanceof Uint8Array && right instanceof Uint8Array) return left.join() === right.join();
  if (isList(left) && isList(right)) return identicalLists(left, right);
  if (left instanceof Map && right instanceof Map) {
    return (
      left.size === right.size &&
      [...left].every(([key, value]) => right.has(key) && identical(value, right.get(key)))
    );
  }
  return Object.is(left, right);
}

function identicalLists(left: readonly CelValue[], right: readonly CelValue[]): boolean {
  return left.length === right.length && left.every((item, index) => identical(item, right[index] ?? null));
}
