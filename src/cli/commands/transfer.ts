import { closeSync, createReadStream, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { Readable } from "node:stream";
import { defineCommand } from "../command.ts";
import { EXIT, UsageError } from "../faults.ts";
import { quoted } from "../hints.ts";
import { STAY, tellInUse } from "../in-use.ts";
import { sizeOf } from "../input.ts";
import { Progress, sizeText } from "../progress.ts";
import { plain } from "../text.ts";
import { fieldsText } from "./rooms.ts";

const NEW_LINE = 10;
/** The last line of an export is no longer than that. */
const TAIL_BYTES = 512;

export const exportation = defineCommand({
  name: "export",
  summary: "The whole room as lines of JSON (room or view token)",
  operations: ["export"],
  args: [
    { name: "file", about: "where to; without it, or -, to stdout", optional: true, completes: "files" },
  ],
  options: {},
  example: "sync export demo.ndjson",
  notes: "A file is there when it is whole, and not before. There is no token in it.",
  async run({ args, session, output, signal }) {
    const room = await session.room();
    const { seq } = await room.info({ signal });
    const lines = await room.export({ signal });
    const progress = new Progress(output, "exporting", seq);
    const file = args.file === "-" ? undefined : args.file;
    const sink = file === undefined ? undefined : new WholeFile(file);
    try {
      const tail = await pour(lines, (chunk) => {
        if (sink) sink.write(chunk);
        else output.stdout.write(chunk);
        progress.add(chunk.length, countLines(chunk));
      });
      if (!isWhole(tail)) throw new Error("The export broke off: it has no head. Try again.");
      sink?.keep();
    } finally {
      progress.end();
      sink?.close();
    }
    if (file === undefined) return EXIT.done;
    const answer = { file, bytes: progress.bytes };
    output.answer(answer, () => `${plain(file)}: ${sizeText(progress.bytes)}, room ${plain(room.id)}`);
    return EXIT.done;
  },
});

export const importation = defineCommand({
  name: "import",
  summary: "Bring an export into this room, which is to be new (room token)",
  operations: ["import"],
  args: [{ name: "file", about: "an export, or - for stdin", completes: "files" }],
  options: { dump: { kind: "flag", about: "it is a dump of the original system" } },
  example: "sync create --id copy && sync import demo.ndjson",
  notes:
    "All of it or nothing. The tokens of the room it came from do not work here: mint the agents new ones.",
  async run({ args, options, session, output, signal }) {
    const room = await session.room();
    const size = args.file === "-" ? undefined : sizeOf(args.file);
    const source = size === undefined ? process.stdin : createReadStream(args.file);
    const progress = new Progress(output, "importing", size);
    const counted = (Readable.toWeb(source) as ReadableStream<Uint8Array>).pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, sent) {
          progress.add(chunk.length, chunk.length);
          sent.enqueue(chunk);
        },
      }),
    );
    const format = options.dump ? "dump" : "export";
    const answer = await room.import(counted, { format, signal }).finally(() => progress.end());
    output.answer(answer, () => fieldsText(answer, (name) => output.cell("dim", name)));
    return EXIT.done;
  },
});

export const fork = defineCommand({
  name: "fork",
  summary: "Make a new room from any moment of this one (room token)",
  operations: ["fork"],
  args: [],
  options: {
    id: { kind: "text", about: "the new room's id; without it a new one" },
    at: { kind: "number", value: "seq", about: "the event it begins behind; without it, the last" },
    save: { kind: "text", value: "name", about: "the profile's name; without it the new room's id" },
    ...STAY,
    "show-token": { kind: "flag", about: "show its tokens" },
  },
  example: "sync fork --id what-if --at 5 --stay",
  notes: `The new room's profile is in use from then on, unless --stay is said. With --json the answer has the new room's
tokens.`,
  async run({ options: { id, at, save, stay, ...options }, session, output, signal }) {
    const { saidRoom } = session;
    if (saidRoom !== undefined && (await session.target()).token === undefined) {
      throw new UsageError(
        `There is no token here for room ${saidRoom}, to fork it. The room to make is named by --id.`,
        `sync fork --id ${quoted(saidRoom)}`,
      );
    }
    const room = await session.room();
    await session.mayKeep();
    const made = await room.fork({ id, at, createToken: session.createToken(), signal });
    const held = { server: room.server, room: made.id, token: made.token, agent: null };
    const kept = await session.keep(held, save ?? made.id, !stay);
    const tokens = { token: made.token, view_token: made.viewToken, join_token: made.joinToken };
    const told = { id: made.id, forked_from: made.forkedFrom, profile: kept.name, in_use: kept.current };
    output.answer({ ...told, ...tokens }, () => {
      const shown = { ...told, ...(options["show-token"] ? tokens : {}) };
      return fieldsText(shown, (name) => output.cell("dim", name));
    });
    tellInUse(kept, output);
    return EXIT.done;
  },
});

/** Reads a stream to its end, and answers its last bytes as a text. */
async function pour(stream: ReadableStream<Uint8Array>, take: (chunk: Uint8Array) => void): Promise<string> {
  let tail = Buffer.alloc(0);
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return tail.toString("utf8");
    take(value);
    tail = Buffer.from(Buffer.concat([tail, value]).subarray(-TAIL_BYTES));
  }
}

/** An export without its last line, the head, broke off somewhere. */
function isWhole(tail: string): boolean {
  return /\n\{"head":\{[^\n]*\}\}\n?$/.test(tail);
}

function countLines(chunk: Uint8Array): number {
  let lines = 0;
  for (const byte of chunk) if (byte === NEW_LINE) lines += 1;
  return lines;
}

/** A file that takes its name when it is whole: what broke off leaves nothing behind. */
class WholeFile {
  readonly #file: string;
  readonly #part: string;
  readonly #descriptor: number;
  #kept = false;

  constructor(file: string) {
    this.#file = file;
    this.#part = `${file}.part`;
    try {
      // What a room holds is for its owner to show.
      this.#descriptor = openSync(this.#part, "w", 0o600);
    } catch (error) {
      throw new UsageError(`${file} cannot be written: ${(error as Error).message}.`);
    }
  }

  write(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) at += writeSync(this.#descriptor, chunk, at);
  }

  keep(): void {
    renameSync(this.#part, this.#file);
    this.#kept = true;
  }

  close(): void {
    closeSync(this.#descriptor);
    if (!this.#kept) rmSync(this.#part, { force: true });
  }
}
