/** What a call was answered. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: Body;
}

/** JSON, of which each caller reads what it asked for. */
export type Body = Record<string, unknown>;

/** Requests that are under way at once. */
const LANES = 8;

export async function call(server: string, path: string, token?: string, body?: object): Promise<Answer> {
  const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
  const init = body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers };
  const response = await fetch(server + path, init);
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text) };
}

/** The answer's body, where nothing but success will do. */
export function expectOk({ status, text, body }: Answer): Body {
  if (status >= 300) throw new Error(`refused with ${status}: ${text}`);
  return body;
}

/** Does `work` for each item, several at once, beginning in their order. */
export async function inParallel<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const lane = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
