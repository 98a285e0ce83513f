/** An answer of the server: JSON, of which each caller reads what it asked for. */
export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

const PATIENCE_MS = 500;
const ATTEMPTS = 10;

/** One call. Where the server is busy or the connection breaks, it is sent again after a while. */
export async function call<Body>(
  base: string,
  path: string,
  options: { token?: string; body?: object } = {},
): Promise<Answer<Body>> {
  const { token, body } = options;
  const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
  const init = body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers };
  for (let attempt = 1; ; attempt++) {
    let pause = PATIENCE_MS;
    try {
      const response = await fetch(base + path, init);
      const answer = { status: response.status, body: (await response.json()) as Body };
      if ((answer.status !== 429 && answer.status !== 503) || attempt === ATTEMPTS) return answer;
      pause = Number(response.headers.get("Retry-After")) * 1000 || PATIENCE_MS;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** The answer's body, where nothing but success will do. */
export function expectOk<Body>({ status, body }: Answer<Body>): Body {
  if (status >= 300) throw new Error(`refused with ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** A room, as the holder of one token sees it: read context, wait, invoke. */
export class Room {
  readonly #base: string;
  readonly #path: string;
  readonly #token: string;

  constructor(base: string, id: string, token: string) {
    this.#base = base;
    this.#path = `/rooms/${encodeURIComponent(id)}`;
    this.#token = token;
  }

  /** Joins as a new agent, and answers the room as that agent sees it, with a token of its own. */
  async join(agent: object): Promise<Room> {
    const joined = expectOk(await this.#send<{ token: string }>("/agents", {}, agent));
    return new Room(this.#base, this.#path.slice("/rooms/".length), joined.token);
  }

  /** An invocation with a key of its own: sent twice, it is done once. */
  async invoke<Body>(action: string, params: object = {}): Promise<Answer<Body>> {
    const path = `/actions/${action}/invoke`;
    return await this.#send<Body>(path, {}, { params, idempotency_key: crypto.randomUUID() });
  }

  async context<Body>(query: Record<string, string>): Promise<Body> {
    return expectOk(await this.#send<Body>("/context", query));
  }

  /** Answers when the condition holds, or with `triggered: false` after `timeout` ms. */
  async wait<Body>(condition: string, timeout = 25_000): Promise<Body & { triggered: boolean; seq: number }> {
    const query = { condition, timeout: String(timeout), include: "views" };
    return expectOk(await this.#send<Body & { triggered: boolean; seq: number }>("/wait", query));
  }

  async log<Body>(after: number): Promise<Body> {
    return expectOk(await this.#send<Body>("/log", { after: String(after), limit: "500" }));
  }

  async #send<Body>(path: string, query: Record<string, string>, body?: object): Promise<Answer<Body>> {
    const search = new URLSearchParams(query).toString();
    const target = this.#path + path + (search && `?${search}`);
    return await call<Body>(this.#base, target, { token: this.#token, ...(body ? { body } : {}) });
  }
}
