const MOST_VALUE = 60;

/** What the room says, made harmless: agents choose these texts, and a terminal obeys what it is shown. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}

/** As {@link plain}, but for texts of more lines than one. */
export function plainLines(text: string): string {
  return text.split("\n").map(plain).join("\n");
}

/** How wide a text is in a terminal, near enough: one column a character, two for those of East Asia and emoji. */
export function width(text: string): number {
  let columns = 0;
  for (const character of text) columns += WIDE.test(character) ? 2 : MARK.test(character) ? 0 : 1;
  return columns;
}

const WIDE =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{Emoji_Presentation}\u{ff01}-\u{ff60}]/u;
const MARK = /\p{M}/u;

export function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, Math.max(0, most - 1)).join("")}…`;
}

/** A value as JSON on one line, cut where it is longer than `most` characters. */
export function valueText(value: unknown, most = MOST_VALUE): string {
  return cut(plain(JSON.stringify(value) ?? "null"), most);
}
