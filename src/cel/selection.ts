import { mapGet, mapHas, mapKey } from "./maps.ts";
import type { Run } from "./run.ts";
import type { Scope } from "./scope.ts";
import type { SyntaxNode } from "./syntax.ts";
import { type CelList, type CelValue, isList, isMap, kindOf } from "./values.ts";

/** `value.field`, the field as it is written in the text. */
export function selectField(run: Run, value: CelValue, field: string): CelValue {
  if (!isMap(value))
    return run.fail(`cannot select '${field}': a value of type ${kindOf(value)} has no fields`);
  const found = mapGet(value, field);
  return found === undefined ? run.fail(`no such key: ${field}`) : found;
}

/** `has(value.field)`. Null has no fields: what is absent is simply not there [CEL-1]. */
export function hasField(run: Run, value: CelValue, field: string): boolean {
  if (value === null) return false;
  return isMap(value)
    ? mapHas(value, field)
    : run.fail(`has() of '${field}': a value of type ${kindOf(value)} has no fields`);
}

/** `value[index]`. A message names no key: it may have been read from the room. */
export function elementAt(run: Run, value: CelValue, index: CelValue): CelValue {
  if (isList(value)) return listElement(run, value, index);
  if (!isMap(value)) return run.fail(`a value of type ${kindOf(value)} cannot be indexed`);
  const key = mapKey(index);
  if (key === undefined && typeof index !== "number") {
    return run.fail(`a map cannot be indexed by a value of type ${kindOf(index)}`);
  }
  const found = key === undefined ? undefined : mapGet(value, key);
  return found === undefined ? run.fail("no such key") : found;
}

function listElement(run: Run, list: CelList, index: CelValue): CelValue {
  const key = mapKey(index);
  if (typeof key !== "bigint")
    return run.fail(`a list cannot be indexed by a value of type ${kindOf(index)}`);
  const element = list[Number(key)];
  return element === undefined ? run.fail("index out of bounds") : element;
}

/** `a.b.c` as one name, when `a` is no variable of the scope; otherwise undefined. */
export function qualifiedName(node: SyntaxNode, scope: Scope): string | undefined {
  if (node.op === "id") {
    return scope.slotOf(node.args) === undefined && !scope.facts.known.has(node.args) ? node.args : undefined;
  }
  if (node.op !== ".") return undefined;
  const prefix = qualifiedName(node.args[0], scope);
  return prefix === undefined ? undefined : `${prefix}.${node.args[1]}`;
}
