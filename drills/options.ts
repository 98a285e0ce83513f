import { parseArgs } from "node:util";

/** What a drill is asked to do. */
export interface Options {
  readonly cycles: number;
  readonly seed: number;
  /** Whether the last line is the summary as JSON. */
  readonly json: boolean;
}

/** Reads `--cycles N`, `--seed S` and `--json`. Throws on anything else. */
export function readOptions(args: string[], cycles: number): Options {
  const { values } = parseArgs({
    args,
    options: { cycles: { type: "string" }, seed: { type: "string" }, json: { type: "boolean" } },
  });
  return {
    cycles: wholeNumber("cycles", values.cycles) ?? cycles,
    seed: wholeNumber("seed", values.seed) ?? Math.floor(Math.random() * 2 ** 32),
    json: values.json ?? false,
  };
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text)) throw new Error(`--${name} takes a whole number, not ${text}`);
  return Number(text);
}
