import { ERROR_STATUS } from "../../src/kernel/errors.ts";
import type { Answer } from "../../workerd/connection.ts";
import { headerOf } from "../../workerd/connection.ts";

/** So many faults are told in words. */
const MOST_TOLD = 40;

const CODES: Readonly<Record<string, number>> = ERROR_STATUS;

/** What only the inside of the server would say. */
const INTERNAL =
  /SQLITE|\bSELECT .+ FROM\b|no such (?:table|column)|node_modules|worker\.js|\.[cm]?[jt]s:\d|\n\s+at |\bat (?:async |new )?\w+\.\w+ \(|\[object Object\]|is not (?:a function|iterable|defined)|Cannot (?:read|set|convert|destructure)|undefined \(reading|(?:Type|Range|Reference|Syntax)Error|Unexpected (?:token|end of)|in JSON at|Maximum call stack|[Ii]nternal error|kj::|jsg\.|capnp|Durable Object|ZodError|Error: /;

/** What these say by path or position is what is to be changed. */
const SELF_EXPLAINED = ["invalid_param", "invalid_cel"];

/** The description of the API, which has words of its own. */
const DESCRIPTION = /^\{"openapi":/;

/** Faults of its protocol MCP tells by a form of its own [MCP-4]. */
function isProtocol(body: string): boolean {
  return /^\{"jsonrpc":"2.0","error":\{"code":-32[067]\d\d,"message":"[A-Z][^"]+"/.test(body);
}

/** What a drill has been told, by status and code, and what of it is wrong. */
export class Judge {
  readonly counts = new Map<string, number>();
  readonly #told: string[] = [];
  #faults = 0;
  #judged = 0;

  get faults(): number {
    return this.#faults;
  }

  get judged(): number {
    return this.#judged;
  }

  get told(): readonly string[] {
    return this.#told;
  }

  count(kind: string): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  fault(text: string): void {
    this.#faults += 1;
    if (this.#told.length < MOST_TOLD) this.#told.push(text.replaceAll(/\s+/g, " ").slice(0, 1_200));
  }

  /** Judges an HTTP answer. One that is cut, being a stream, is judged by its head and by what it says of the inside. */
  http(answer: Answer, what: string, isCut: boolean): void {
    this.#judged += 1;
    const { status, body } = answer;
    const fail = (why: string) => this.fault(`${why}: ${what} → ${status} ${body.slice(0, 400)}`);
    const type = headerOf(answer, "Content-Type") ?? "";
    const isJson = type.startsWith("application/json");
    if (headerOf(answer, "X-Sync-Version") !== "v8") fail("no version");
    if (status < 500 && isProtocol(body)) {
      this.count(`${status} of JSON-RPC`);
      return;
    }
    if ((isJson || status >= 400) && !DESCRIPTION.test(body) && INTERNAL.test(body)) fail("internal text");
    if (status < 400) {
      this.count(String(status));
      if (isJson && !isCut && body !== "" && parsed(body) === undefined) fail("no JSON");
      return;
    }
    if (status === 401 && headerOf(answer, "WWW-Authenticate") === undefined) fail("no challenge");
    if (status === 405 && headerOf(answer, "Allow") === undefined) fail("no Allow");
    if ([429, 503].includes(status) && headerOf(answer, "Retry-After") === undefined) fail("no Retry-After");
    if (!isCut) this.refusal(parsed(body), status, fail);
    else this.count(String(status));
  }

  /** Judges what says no, through whatever door it came. */
  refusal(body: unknown, status: number | null, fail: (why: string) => void): void {
    const { error, message, hint, help, retryable } = (body ?? {}) as Record<string, unknown>;
    const known = typeof error === "string" ? CODES[error] : undefined;
    this.count(`${known ?? status ?? "?"} ${String(error)}`);
    if (known === undefined || (status !== null && known !== status)) fail("no code of the table");
    else if (known >= 500 && known !== 507) fail("a 5xx");
    if (typeof message !== "string" || message === "" || typeof retryable !== "boolean") fail("no form");
    if (typeof (hint ?? help) !== "string" && !SELF_EXPLAINED.includes(String(error))) fail("no hint");
  }

  /** Judges a frame or a result of another door: its form is known, its text may not tell of the inside. */
  other(text: string, what: string): void {
    this.#judged += 1;
    if (INTERNAL.test(text)) this.fault(`internal text: ${what} → ${text.slice(0, 400)}`);
  }
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
