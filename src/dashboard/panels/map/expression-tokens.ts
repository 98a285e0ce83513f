/** A part of an expression's text. Of a text in quotes `text` is what it stands for. */
export interface Token {
  readonly kind: "name" | "string" | "number" | "mark";
  readonly text: string;
}

const RAW = String.raw`[bB]?[rR][bB]?(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"[^"]*"|'[^']*')`;
const QUOTED = String.raw`[bB]?(?:"""(?:\\[\s\S]|[^\\])*?"""|'''(?:\\[\s\S]|[^\\])*?'''|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*')`;
const PART = new RegExp(
  String.raw`\s+|//[^\n]*|(?<raw>${RAW})|(?<quoted>${QUOTED})|(?<number>\d[\w.]*)|(?<name>[A-Za-z_]\w*)|(?<mark>[\s\S])`,
  "g",
);

/** The tokens of a CEL text; space and comments are none. It fails on nothing: what is no CEL is told in marks. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const { groups = {} } of text.matchAll(PART)) {
    const { raw, quoted, number, name, mark } = groups;
    if (raw !== undefined) tokens.push({ kind: "string", text: within(raw) });
    else if (quoted !== undefined) tokens.push({ kind: "string", text: unescaped(within(quoted)) });
    else if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (name !== undefined) tokens.push({ kind: "name", text: name });
    else if (mark !== undefined) tokens.push({ kind: "mark", text: mark });
  }
  return tokens;
}

/** What stands between the quotes of a literal. */
function within(literal: string): string {
  const text = literal.replace(/^[a-zA-Z]+/, "");
  const width = /^("""|''')/.test(text) ? 3 : 1;
  return text.slice(width, text.length - width);
}

const LETTERS: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

function unescaped(text: string): string {
  return text.replace(
    /\\(?:[xX]([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))/g,
    (whole, hex?: string, short?: string, long?: string, octal?: string, letter?: string) => {
      if (letter !== undefined) return LETTERS[letter] ?? letter;
      const code =
        octal === undefined ? Number.parseInt(hex ?? short ?? long ?? "", 16) : Number.parseInt(octal, 8);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
