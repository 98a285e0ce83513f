type QueryValue = string | number | boolean | readonly string[] | null | undefined;

/** Options as a query string: names in the wire's spelling, lists separated by commas, what is absent left out. */
export function queryString(options: object): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(options) as [string, QueryValue][]) {
    if (value === undefined || value === null) continue;
    search.set(wireName(name), Array.isArray(value) ? value.join(",") : String(value));
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

/** Options as fields of a body, what is absent left out. */
export function bodyFields(options: object): Record<string, unknown> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [wireName(name), value]));
}

/** `messagesAfter` as `messages_after`. */
function wireName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
