import { doubleText, textOf } from "./conversions.ts";
import { mapGet, mapKeys } from "./maps.ts";
import type { Run } from "./run.ts";
import { type Functions, takes } from "./signature.ts";
import { CelType, type CelValue, isList, isMap, kindOf, Uint } from "./values.ts";

const DEFAULT_PRECISION = 6;
const STEPS_PER_CLAUSE = 4;
const DIGITS_PER_STEP = 4;
const MOST_PRECISION = 100;
const CLAUSE = /%(?:\.(\d{1,3}))?([\s\S]?)/g;

/** Text that grows piece by piece within the bound of a string. */
class Output {
  readonly #run: Run;
  #text = "";

  constructor(run: Run) {
    this.#run = run;
  }

  write(piece: string): void {
    this.#run.limitText(this.#text.length + piece.length);
    this.#run.chargeText(piece.length);
    this.#text += piece;
  }

  get text(): string {
    return this.#text;
  }
}

/** `template.format([…])`: `%s`, `%d`, `%f`, `%e` (with a precision, as in `%.2f`), `%b`, `%o`, `%x`, `%X`, `%%`. */
function format(run: Run, template: string, values: readonly CelValue[]): string {
  const output = new Output(run);
  let written = 0;
  let next = 0;
  for (const { 0: clause, 1: precision, 2: verb = "", index } of template.matchAll(CLAUSE)) {
    output.write(template.slice(written, index));
    written = index + clause.length;
    if (verb === "%") {
      output.write("%");
      continue;
    }
    const value = values[next++];
    if (value === undefined) return run.fail("format() has more clauses than values");
    writeClause(run, output, verb, value, precision === undefined ? DEFAULT_PRECISION : Number(precision));
  }
  output.write(template.slice(written));
  return output.text;
}

function writeClause(run: Run, output: Output, verb: string, value: CelValue, precision: number): void {
  run.charge(STEPS_PER_CLAUSE + Math.floor(precision / DIGITS_PER_STEP));
  if (precision > MOST_PRECISION) run.fail(`format() knows at most ${MOST_PRECISION} digits`);
  if (verb === "s") {
    writeValue(run, output, value);
    return;
  }
  const text = clauseText(run, verb, value, precision);
  output.write(text ?? run.fail(`format() cannot write a value of type ${kindOf(value)} in this clause`));
}

function clauseText(run: Run, verb: string, value: CelValue, precision: number): string | undefined {
  switch (verb) {
    case "d":
      return typeof value === "number" ? longDoubleText(value) : integer(value)?.toString();
    case "f":
      return fixed(value, (number) => toFixed(number, precision));
    case "e":
      return fixed(value, (number) => number.toExponential(precision).replace(/e([+-])(\d)$/, "e$10$2"));
    case "b":
      return typeof value === "boolean" ? String(Number(value)) : integer(value)?.toString(2);
    case "o":
      return integer(value)?.toString(8);
    case "x":
      return hexadecimal(run, value);
    case "X":
      return hexadecimal(run, value)?.toUpperCase();
    default:
      return undefined;
  }
}

function integer(value: CelValue): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (value instanceof Uint) return value.value;
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : undefined;
}

const BYTES_PER_STEP = 2;

function hexadecimal(run: Run, value: CelValue): string | undefined {
  if (typeof value === "string" || value instanceof Uint8Array) {
    run.limitText(value.length * 2);
    run.charge(Math.ceil(value.length / BYTES_PER_STEP));
  }
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  if (!(bytes instanceof Uint8Array)) return integer(value)?.toString(16);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fixed(value: CelValue, write: (number: number) => string): string | undefined {
  const number = typeof value === "number" ? value : integer(value);
  if (number === undefined) return undefined;
  return Number.isFinite(Number(number)) ? write(Number(number)) : longDoubleText(Number(number));
}

const FIRST_WITHOUT_DECIMALS = 1e21;

/** Rounded half to even, where the platform rounds ties up; in full, where it writes an exponent. */
function toFixed(number: number, precision: number): string {
  if (Math.abs(number) >= FIRST_WITHOUT_DECIMALS) {
    return `${BigInt(number)}${precision === 0 ? "" : ".".padEnd(precision + 1, "0")}`;
  }
  const exact = number.toFixed(MOST_PRECISION);
  const cut = exact.indexOf(".") + precision + 1;
  const isTie = /^50*$/.test(exact.slice(cut));
  const shortened = exact.slice(0, precision === 0 ? cut - 1 : cut);
  return isTie && /[02468]$/.test(shortened) ? shortened : number.toFixed(precision);
}

function longDoubleText(number: number): string {
  return doubleText(number).replace(/^\+?(-?)Inf$/, "$1Infinity");
}

function writeValue(run: Run, output: Output, value: CelValue): void {
  run.charge(1);
  if (isList(value)) {
    writeSequence(output, "[", value, "]", (item) => writeValue(run, output, item));
  } else if (isMap(value)) {
    const keys = mapKeys(run, value).sort((left, right) => (String(left) < String(right) ? -1 : 1));
    writeSequence(output, "{", keys, "}", (key) => {
      output.write(`${String(key)}: `);
      writeValue(run, output, mapGet(value, key) ?? null);
    });
  } else {
    output.write(scalarText(run, value));
  }
}

function scalarText(run: Run, value: CelValue): string {
  if (value === null) return "null";
  if (value instanceof CelType) return value.name;
  if (typeof value === "number") return longDoubleText(value);
  return textOf(run, value) ?? run.noOverload("format", [value]);
}

function writeSequence<Item>(
  output: Output,
  open: string,
  items: readonly Item[],
  close: string,
  write: (item: Item) => void,
): void {
  output.write(open);
  items.forEach((item, index) => {
    if (index > 0) output.write(", ");
    write(item);
  });
  output.write(close);
}

export const FORMAT_METHODS: Functions = {
  format: takes(2, (run, [template, values = null]) =>
    typeof template === "string" && isList(values) ? format(run, template, values) : undefined,
  ),
};
