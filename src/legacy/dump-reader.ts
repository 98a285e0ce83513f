import type { Result } from "../kernel/errors.ts";
import { refuse, succeed } from "../kernel/errors.ts";
import type { JsonObject } from "../kernel/json.ts";
import { isJsonObject } from "../kernel/json.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { ScanListener } from "./json-scanner.ts";
import { BrokenJson, JsonScanner } from "./json-scanner.ts";

/** One row of a dump, as it stands there. */
export interface DumpRow {
  readonly table: string;
  readonly row: JsonObject;
}

/** What a dump brings, in its order: that there is a table, and then its rows. */
export type DumpItem = DumpRow | { readonly table: string; readonly row: null };

/** Tables and rows of a dump stand so deep in it: `{"tables": {name: [row]}}`. */
const DEPTH = { root: 0, tables: 1, table: 2, row: 3 } as const;

/** The text is JSON, and no dump. */
class NoDump extends Error {}

/** The row is longer than a row may be. */
class LongRow extends Error {}

/** Finds the rows in a dump's text, and parses each when it is complete. Other members of the dump are passed over. */
class RowFinder implements ScanListener {
  readonly names: string[] = [];
  readonly #seen = new Set<string>();
  /** The piece that is being scanned, and where in it the row begins that is being read; what came before it. */
  #piece = "";
  #from = 0;
  #before = "";
  #inRow = false;
  hasTables = false;
  items: DumpItem[] = [];

  start(piece: string): void {
    this.#piece = piece;
    this.#from = 0;
  }

  /** The piece is over: what it holds of a row is kept. */
  pause(): void {
    if (!this.#inRow) return;
    this.#before += this.#piece.slice(this.#from);
    if (this.#before.length > LIMITS.importLineBytes) throw new LongRow();
  }

  name(text: string, depth: number): void {
    if (depth > DEPTH.table) return;
    this.names[depth - 1] = JSON.parse(`"${text}"`) as string;
    if (!this.#isTables) return;
    const path = JSON.stringify(this.names.slice(0, depth));
    if (this.#seen.has(path)) throw new NoDump(`${path} stands there twice`);
    this.#seen.add(path);
  }

  begin(kind: "object" | "list" | "scalar", depth: number, at: number): void {
    if (depth === DEPTH.root) expect(kind === "object", "it must be an object");
    if (depth === DEPTH.root || !this.#isTables) return;
    if (depth === DEPTH.tables) {
      expect(kind === "object", "tables must be an object");
      this.hasTables = true;
    }
    if (depth === DEPTH.table) {
      expect(kind === "list", `tables.${this.names[1]} must be a list of rows`);
      this.items.push({ table: this.names[1] ?? "", row: null });
    }
    if (depth !== DEPTH.row) return;
    expect(kind === "object", `tables.${this.names[1]} must hold objects`);
    this.#inRow = true;
    this.#before = "";
    this.#from = at;
  }

  end(depth: number, at: number): void {
    if (depth !== DEPTH.row || !this.#inRow) return;
    this.#inRow = false;
    const text = this.#before + this.#piece.slice(this.#from, at);
    if (text.length > LIMITS.importLineBytes) throw new LongRow();
    const row: unknown = JSON.parse(text);
    if (isJsonObject(row)) this.items.push({ table: this.names[1] ?? "", row });
  }

  get #isTables(): boolean {
    return this.names[0] === "tables";
  }
}

function expect(holds: boolean, problem: string): void {
  if (!holds) throw new NoDump(problem);
}

/** Reads a dump of the original system from bytes, however they are cut: of its text it holds one row at a time. */
export class DumpReader {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  readonly #finder = new RowFinder();
  readonly #scanner = new JsonScanner(this.#finder);
  #bytes = 0;

  /** The tables that begin in `bytes`, and the rows that end there. */
  push(bytes: Uint8Array): Result<DumpItem[]> {
    this.#bytes += bytes.byteLength;
    if (this.#bytes > LIMITS.importBytes) return tooLarge("importBytes", "An import");
    return this.#read(() => this.#scan(this.#decoder.decode(bytes, { stream: true })));
  }

  /** Says whether the dump is complete. */
  end(): Result<DumpItem[]> {
    return this.#read(() => {
      this.#scan(this.#decoder.decode());
      this.#scanner.finish();
      expect(this.#finder.hasTables, "it has no tables");
    });
  }

  #scan(piece: string): void {
    this.#finder.start(piece);
    this.#scanner.scan(piece);
    this.#finder.pause();
  }

  #read(work: () => void): Result<DumpItem[]> {
    this.#finder.items = [];
    try {
      work();
      return succeed(this.#finder.items);
    } catch (thrown) {
      if (thrown instanceof LongRow) return tooLarge("importLineBytes", "A row of a dump");
      if (thrown instanceof NoDump)
        return invalid("invalid_request", `The body is no dump: ${thrown.message}.`);
      if (thrown instanceof BrokenJson)
        return invalid("invalid_json", `The dump is no JSON: ${thrown.message}.`);
      if (thrown instanceof TypeError) return invalid("invalid_json", "The dump is not UTF-8.");
      throw thrown;
    }
  }
}

const HINT = 'Send {"tables": {"rooms": [row], "agents": [row, …], …}}. The room is as it was created.';

function invalid(code: "invalid_json" | "invalid_request", message: string) {
  return refuse(code, message, { hint: HINT });
}

function tooLarge(limit: "importBytes" | "importLineBytes", what: string) {
  return refuse("too_large", `${what} has at most ${LIMITS[limit]} bytes.`, {
    hint: "The room is as it was created.",
    details: { limit },
  });
}
