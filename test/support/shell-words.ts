/** The words of a shell command: quotes, line continuations and `$NAME`, and nothing else that a shell has. */
export function shellWords(command: string, variables: Readonly<Record<string, string>>): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (const [part, single, double, space] of command.matchAll(
    /'([^']*)'|"([^"]*)"|(\\\n|\s+)|[^\s'"\\]+/g,
  )) {
    if (space !== undefined) {
      if (word !== undefined && space !== "\\\n") words.push(word);
      if (space !== "\\\n") word = undefined;
      continue;
    }
    word = (word ?? "") + (single ?? expanded(double ?? part, variables));
  }
  return word === undefined ? words : [...words, word];
}

function expanded(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$([A-Z_]+)/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`$${name} is not set`);
    return value;
  });
}
