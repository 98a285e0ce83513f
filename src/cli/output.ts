import { styleText } from "node:util";
import type { Cell } from "./table.ts";

export type Style = Parameters<typeof styleText>[0];

/** As much of a stream as is written to. */
export interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string | Uint8Array): unknown;
}

/** Where a command writes: what it was asked for to stdout, in JSON or for people, and all else to stderr. */
export class Output {
  readonly json: boolean;
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly #env: NodeJS.ProcessEnv;

  constructor(json: boolean, streams: { stdout: Stream; stderr: Stream }, env: NodeJS.ProcessEnv) {
    this.json = json;
    this.stdout = streams.stdout;
    this.stderr = streams.stderr;
    this.#env = env;
  }

  /** Tells an answer, or one item of a stream: as one line of JSON, or as `text` makes it; empty texts are not shown. */
  answer(value: unknown, text: () => string): void {
    const told = this.json ? JSON.stringify(value) : text();
    if (told !== "") this.stdout.write(`${told}\n`);
  }

  /** Says something beside the answer, to people. */
  tell(text: string): void {
    if (!this.json) this.stderr.write(`${text}\n`);
  }

  /** A remark for whoever looks on; scripts are spared it. */
  note(text: string): void {
    if (this.stderr.isTTY) this.tell(this.paint("dim", text, this.stderr));
  }

  /** Says something that must not be missed, whoever reads. */
  warn(text: string): void {
    this.stderr.write(`sync: ${text}\n`);
  }

  paint(style: Style, text: string, stream: Stream = this.stdout): string {
    return hasColours(stream, this.#env) ? styleText(style, text, { validateStream: false }) : text;
  }

  cell(style: Style, text: string): Cell {
    return { text, shown: this.paint(style, text) };
  }
}

/** NO_COLOR (no-color.org) and pipes get none; FORCE_COLOR has it anywhere. */
function hasColours({ isTTY }: Stream, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0";
  return isTTY === true && env.TERM !== "dumb";
}
