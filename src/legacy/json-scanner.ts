const WHITE_SPACE = /[ \t\n\r]*/y;
const STRING_RUN = /[ !#-[\]-\uffff]*/y;
const SCALAR_RUN = /[-+.0-9A-Za-z]*/y;
const SCALAR = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)$/;
const HEX = /^[0-9a-fA-F]$/;

/** What may come next. In a string, `escape` follows a backslash, and a number says how many hex digits are to come. */
type Expected = "value" | "value or end" | "name" | "name or end" | "colon" | "comma or end" | "nothing";

/** Deeper than anything that is written in earnest. */
const MAX_DEPTH = 512;
/** A number or a literal is no longer than this. */
const MAX_SCALAR_CHARS = 1_000;
const MAX_NAME_CHARS = 64 * 1024;

/** What a scanner tells of: `at` is where in the piece of text that is being scanned. */
export interface ScanListener {
  /** A value begins. `depth` counts the lists and objects around it. */
  begin(kind: "object" | "list" | "scalar", depth: number, at: number): void;
  /** A value ended just before `at`. */
  end(depth: number, at: number): void;
  /** The name of the member of an object that comes next, as it is written, without its quotes. */
  name(text: string, depth: number): void;
}

/** The text is no JSON. */
export class BrokenJson extends Error {}

/** Follows JSON text that comes in pieces, and holds nothing of it but names and where it is. */
export class JsonScanner {
  readonly #listener: ScanListener;
  readonly #open: ("object" | "list")[] = [];
  #expected: Expected = "value";
  /** What of a string, or of a number or literal, is at the end of the last piece. */
  #token: { is: "string" | "name" | "scalar"; text: string; escape: number } | null = null;

  constructor(listener: ScanListener) {
    this.#listener = listener;
  }

  /** Goes through the next piece. Throws {@link BrokenJson}. */
  scan(piece: string): void {
    for (let at = 0; at < piece.length; ) at = this.#step(piece, at);
  }

  /** The text has ended. Throws {@link BrokenJson} where it is not complete. */
  finish(): void {
    if (this.#token?.is === "scalar") this.#endScalar(0);
    if (this.#expected !== "nothing") throw new BrokenJson("it ends too early");
  }

  #step(piece: string, from: number): number {
    if (this.#token?.is === "scalar") return this.#scalar(piece, from);
    if (this.#token) return this.#string(piece, from);
    const at = run(WHITE_SPACE, piece, from);
    const char = piece[at];
    if (char === undefined) return at;
    switch (this.#expected) {
      case "colon":
        return this.#take(char === ":", "value", at);
      case "comma or end":
        return char === "," ? this.#comma(at) : this.#close(char, at);
      case "name or end":
        if (char === "}") return this.#close(char, at);
        return this.#quote(char, at, "name");
      case "name":
        return this.#quote(char, at, "name");
      case "value or end":
        return char === "]" ? this.#close(char, at) : this.#value(char, at);
      case "value":
        return this.#value(char, at);
      case "nothing":
        throw new BrokenJson("something follows its end");
    }
  }

  #take(isRight: boolean, next: Expected, at: number): number {
    if (!isRight) throw new BrokenJson("a colon or a comma is missing");
    this.#expected = next;
    return at + 1;
  }

  #comma(at: number): number {
    this.#expected = this.#open.at(-1) === "object" ? "name" : "value";
    return at + 1;
  }

  #value(char: string, at: number): number {
    const depth = this.#open.length;
    if (char === "{" || char === "[") {
      const kind = char === "{" ? "object" : "list";
      if (depth >= MAX_DEPTH) throw new BrokenJson(`it is nested deeper than ${MAX_DEPTH} levels`);
      this.#listener.begin(kind, depth, at);
      this.#open.push(kind);
      this.#expected = kind === "object" ? "name or end" : "value or end";
      return at + 1;
    }
    this.#listener.begin("scalar", depth, at);
    if (char === '"') return this.#quote(char, at, "string");
    this.#token = { is: "scalar", text: "", escape: 0 };
    return at;
  }

  #close(char: string, at: number): number {
    const kind = this.#open.at(-1);
    if (kind === undefined || char !== (kind === "object" ? "}" : "]")) {
      throw new BrokenJson("a comma or the end of a list or an object is missing");
    }
    this.#open.pop();
    this.#ended(at + 1);
    return at + 1;
  }

  #ended(at: number): void {
    this.#listener.end(this.#open.length, at);
    this.#expected = this.#open.length === 0 ? "nothing" : "comma or end";
  }

  #quote(char: string, at: number, is: "string" | "name"): number {
    if (char !== '"') throw new BrokenJson("the name of a member is missing");
    this.#token = { is, text: "", escape: 0 };
    return at + 1;
  }

  /** `escape` is 0 outside an escape, 5 after a backslash, and 4 to 1 while as many hex digits are to come. */
  #string(piece: string, from: number): number {
    const token = this.#token;
    if (!token) return from;
    const end = token.escape === 0 ? run(STRING_RUN, piece, from) : from;
    const char = piece[end];
    const isEnd = char === '"' && token.escape === 0;
    const until = char === undefined || isEnd ? end : end + 1;
    if (token.is === "name") token.text += piece.slice(from, until);
    if (token.text.length > MAX_NAME_CHARS) throw new BrokenJson("the name of a member is too long");
    if (char === undefined) return end;
    if (!isEnd) {
      token.escape = escapeAfter(token.escape, char);
      return until;
    }
    this.#token = null;
    if (token.is === "string") this.#ended(end + 1);
    else {
      this.#expected = "colon";
      this.#listener.name(token.text, this.#open.length);
    }
    return end + 1;
  }

  #scalar(piece: string, from: number): number {
    const token = this.#token;
    const end = run(SCALAR_RUN, piece, from);
    if (token) token.text += piece.slice(from, end);
    if ((token?.text.length ?? 0) > MAX_SCALAR_CHARS) throw new BrokenJson("a number is too long");
    if (end < piece.length) this.#endScalar(end);
    return end;
  }

  #endScalar(at: number): void {
    if (!SCALAR.test(this.#token?.text ?? "")) throw new BrokenJson("a value is none of JSON's");
    this.#token = null;
    this.#ended(at);
  }
}

function run(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  pattern.exec(text);
  return pattern.lastIndex;
}

function escapeAfter(left: number, char: string): number {
  if (left === 0 && char === "\\") return 5;
  if (left === 5 && char === "u") return 4;
  if (left === 5 && '"\\/bfnrt'.includes(char)) return 0;
  if (left > 0 && left < 5 && HEX.test(char)) return left - 1;
  throw new BrokenJson("a string holds a control character or an escape that is none");
}
