import { valueText } from "./text.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Each clause that does not hold, with what it read. */
export function unmetLines(unmet: unknown): string[] {
  return list(unmet).map(({ clause, value, fault, reads }) => {
    const seen = list(reads).map((read) => `${placeText(read)} ${readText(read)}`);
    const result = fault === undefined ? `is ${valueText(value ?? false)}` : `failed: ${faultText(fault)}`;
    return `not met: ${clause ?? "(hidden)"} ${result}${seen.length > 0 ? `, where ${seen.join(", ")}` : ""}`;
  });
}

/** What was wrong with each field of a request. */
export function faultLines(faults: unknown): string[] {
  return list(faults).map(({ path, problem }) => `${path}: ${problem}`);
}

function placeText({ scope, key, view, action, agent }: Fields): string {
  const name = key ?? view ?? action ?? agent ?? "";
  return scope === undefined ? String(name) : `${scope}.${name}`;
}

function readText(read: Fields): string {
  if (!read.absent) return `= ${valueText(read.value ?? read.excerpt)}`;
  return read.did_you_mean === undefined ? "is absent" : `is absent (did you mean ${read.did_you_mean}?)`;
}

function faultText(fault: unknown): string {
  return typeof fault === "object" && fault !== null && "message" in fault
    ? String(fault.message)
    : valueText(fault);
}

function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value : [];
}
