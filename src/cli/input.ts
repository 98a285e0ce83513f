import { readFileSync, statSync } from "node:fs";
import { text as readAll } from "node:stream/consumers";
import type { Json, JsonObject } from "../client/main.ts";
import { UsageError } from "./faults.ts";

/** Everything that comes on stdin. */
export async function stdinText(): Promise<string> {
  return await readAll(process.stdin);
}

/** The text that an argument stands for: `-` is stdin, `@name` the file of that name. */
export async function sourceText(argument: string): Promise<string> {
  if (argument === "-") return await stdinText();
  return argument.startsWith("@") ? readText(argument.slice(1)) : argument;
}

/** JSON that stands in the argument, in a file (`@name`, or simply its name) or comes on stdin (`-`). */
export async function jsonSource(what: string, argument: string): Promise<Json> {
  const isInline = /^\s*[[{"]/.test(argument);
  const isFile = !isInline && argument !== "-" && !argument.startsWith("@");
  const text = isFile ? readText(argument) : await sourceText(argument);
  return parseJson(what, text);
}

export async function objectSource(what: string, argument: string): Promise<JsonObject> {
  const value = await jsonSource(what, argument);
  if (!isObject(value)) throw new UsageError(`${what} must be a JSON object.`);
  return value;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function parseJson(what: string, text: string): Json {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${what} is no JSON: ${(error as Error).message}.`);
  }
}

/**
 * Parameters as words: one JSON object, `-` or `@file`, or pairs `name=value`, whose values are JSON where they can be
 * read as such and else text.
 */
export async function paramsFrom(words: readonly string[]): Promise<JsonObject> {
  const [first] = words;
  if (
    first !== undefined &&
    words.length === 1 &&
    (/^\s*\{/.test(first) || first === "-" || first.startsWith("@"))
  ) {
    return await objectSource("The params", first);
  }
  return Object.fromEntries(words.map(pair));
}

function pair(word: string): readonly [string, Json] {
  const at = word.indexOf("=");
  if (at <= 0) {
    throw new UsageError(`Params are one JSON object or pairs such as by=10, not ${word}.`);
  }
  const text = word.slice(at + 1);
  try {
    return [word.slice(0, at), JSON.parse(text)];
  } catch {
    return [word.slice(0, at), text];
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new UsageError(`There is no file ${file} that can be read.`);
  }
}

/** The size of a file in bytes. */
export function sizeOf(file: string): number {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile()) throw new UsageError(`There is no file ${file} that can be read.`);
  return stat.size;
}
