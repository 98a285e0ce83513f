import { Deadline } from "./deadline.ts";
import { queryString } from "./query.ts";
import type { RetryPolicy } from "./retry.ts";
import { mayRepeat, pause, retryAfterSeconds, retryDelay, retryPolicy } from "./retry.ts";
import { SyncError } from "./sync-error.ts";
import type { WebSocketConstructor } from "./web-socket.ts";

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

export type RequestBody = string | Uint8Array<ArrayBuffer> | Blob | ReadableStream<Uint8Array>;

/** How to reach a server. */
export interface ConnectionOptions {
  /** As in `http://127.0.0.1:8787`. */
  readonly server: string | URL;
  /** In place of the global one. */
  readonly fetch?: Fetch | undefined;
  /** In place of the global one; where there is neither, watching goes by event stream. */
  readonly WebSocket?: WebSocketConstructor | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** ms that one attempt may take, a wait's own time not counted (30,000). */
  readonly attemptMs?: number | undefined;
}

/** One call, as it is sent. */
export interface Call {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below the server's address. */
  readonly path: string;
  readonly query?: object;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly body?: RequestBody | undefined;
  /** Whether it does no harm when it is done twice; without it, that of its method: only GET does none. */
  readonly isRepeatable?: boolean;
  /** ms that an attempt may take beyond the usual. */
  readonly extraMs?: number;
  /** ms that an attempt may take at most, however long the usual is. */
  readonly mostMs?: number;
  readonly signal?: AbortSignal | undefined;
}

const ATTEMPT_MS = 30_000;

/** The calls to one server: each is sent until it is answered, as long as that is safe. */
export class Connection {
  /** Without a slash at its end. */
  readonly server: string;
  readonly options: ConnectionOptions;
  readonly policy: RetryPolicy;
  readonly #fetch: Fetch;

  constructor(options: ConnectionOptions) {
    this.options = options;
    this.server = String(options.server).replace(/\/+$/, "");
    // A browser's fetch refuses to be called as a method of anything else.
    this.#fetch = options.fetch ?? ((url, init) => fetch(url, init));
    this.policy = retryPolicy(options.retry);
  }

  /** The answer's body. */
  async json<Answer>(call: Call): Promise<Answer> {
    return await this.#persist<Answer>(call, whole);
  }

  /** As {@link json}, without another attempt. */
  async jsonOnce<Answer>(call: Call): Promise<Answer> {
    return await this.#attempt<Answer>(call, whole);
  }

  /** The answer as it begins to come: its body is still to be read, for as long as that takes. */
  async stream(call: Call): Promise<Response> {
    return await this.#persist(call, begun);
  }

  /** As {@link stream}, without another attempt. */
  async streamOnce(call: Call): Promise<Response> {
    return await this.#attempt(call, begun);
  }

  async #persist<Answer>(call: Call, read: Reader<Answer>): Promise<Answer> {
    const { signal, isRepeatable = (call.method ?? "GET") === "GET" } = call;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(call, read);
      } catch (error) {
        // A stream is spent by the first attempt.
        if (call.body instanceof ReadableStream) throw error;
        if (!SyncError.is(error) || !mayRepeat(error, isRepeatable)) throw error;
        const delay = retryDelay(error, attempt, this.policy, Math.random());
        if (delay === null) throw error;
        await pause(delay, signal);
      }
    }
  }

  async #attempt<Answer>(call: Call, read: Reader<Answer>): Promise<Answer> {
    call.signal?.throwIfAborted();
    const usual = (this.options.attemptMs ?? ATTEMPT_MS) + (call.extraMs ?? 0);
    const deadline = new Deadline(Math.min(usual, call.mostMs ?? usual), call.signal);
    try {
      const url = this.server + call.path + queryString(call.query ?? {});
      const response = await this.#fetch(url, requestInit(call, deadline.signal));
      if (response.status < 300) return await read(response, deadline);
      throw await refusal(response);
    } catch (error) {
      deadline.release();
      call.signal?.throwIfAborted();
      if (SyncError.is(error)) throw error;
      const reason = deadline.signal.aborted ? deadline.signal.reason : error;
      throw unreachable(this.server, reason);
    }
  }
}

async function whole<Answer>(response: Response, deadline: Deadline): Promise<Answer> {
  try {
    return (await readJson(response)) as Answer;
  } finally {
    deadline.release();
  }
}

/** A body may take longer than an answer may. */
async function begun(response: Response, deadline: Deadline): Promise<Response> {
  deadline.lift();
  return response;
}

type Reader<Answer> = (response: Response, deadline: Deadline) => Promise<Answer>;

function requestInit(call: Call, signal: AbortSignal): RequestInit {
  const { method = "GET", token, headers, json, body } = call;
  const init: RequestInit & { duplex?: "half" } = {
    method,
    signal,
    headers: {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(json === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
  };
  if (json !== undefined) init.body = JSON.stringify(json);
  if (body !== undefined) {
    init.body = body;
    init.duplex = "half";
  }
  return init;
}

/**
 * A body that is JSON; a refusal that comes late tells of itself in it, after a status that said 200. A dry run tells of
 * the refusal that it found, and was itself answered.
 */
async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  const value = parse(text);
  if (value === undefined) throw badAnswer(response, text);
  const isDryRun = typeof value === "object" && value !== null && "dry_run" in value;
  const late = isDryRun ? null : SyncError.from(value);
  if (late) throw late;
  return value;
}

async function refusal(response: Response): Promise<SyncError> {
  const text = await response.text();
  const after = retryAfterSeconds(response.headers.get("Retry-After"), Date.now());
  return SyncError.from(parse(text), response.status, after) ?? badAnswer(response, text, after);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function badAnswer({ status }: Response, text: string, retryAfter?: number): SyncError {
  const message = `The answer, of status ${status}, is none of a room's: ${JSON.stringify(text.slice(0, 200))}.`;
  return new SyncError({ code: "bad_answer", message, status, retryAfter });
}

function unreachable(server: string, cause: unknown): SyncError {
  return new SyncError({
    code: "unreachable",
    message: `No answer from ${server}: ${reasonOf(cause)}.`,
    status: 0,
    hint: "See whether the server is up: GET /health answers.",
    retryable: true,
    cause,
  });
}

/** What went wrong: of some runtimes' fetch only the cause of the error says that. */
function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause instanceof Error ? reasonOf(thrown.cause) : thrown.message || thrown.name;
}
