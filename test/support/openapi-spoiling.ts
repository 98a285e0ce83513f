import type { Drawn } from "./openapi-requests.ts";
import type { Body } from "./room.ts";

/** What a spoiled request says in place of what was drawn. */
export function spoiled({ path, query, body, spoiling }: Drawn): { path: Body; query: Body; body: Body } {
  const with_ = (object: Body, which: number, change: (name: string, changed: Body) => void): Body => {
    const names = Object.keys(object ?? {});
    if (names.length === 0 || typeof object !== "object" || Array.isArray(object)) return object;
    const changed = { ...object };
    change(names[which % names.length]!, changed);
    return changed;
  };
  const set = (object: Body, which: number, value: Body) =>
    with_(object, which, (name, changed) => {
      changed[name] = value;
    });
  switch (spoiling.how) {
    case "field":
      return { path, query, body: set(body, spoiling.which, spoiling.value) };
    case "path":
      return { path: set(path, spoiling.which, named(spoiling.value)), query, body };
    case "query":
      return { path, query: set(query, spoiling.which, named(spoiling.value)), body };
    case "missing": {
      const drop = (object: Body) => with_(object, spoiling.which, (name, changed) => delete changed[name]);
      return { path, query: drop(query), body: drop(body) };
    }
    case "extra": {
      const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
      const own = isObject
        ? Object.defineProperty({ ...body }, spoiling.name, { value: spoiling.value, enumerable: true })
        : body;
      return { path, query: { ...query, [`x-${spoiling.name.toWellFormed()}`]: "1" }, body: own };
    }
    default:
      return { path, query, body };
  }
}

/** A value as a part of a URL: none that a URL parser takes away. */
export function named(value: Body): string {
  const text = (typeof value === "string" ? value : JSON.stringify(value)).toWellFormed();
  return /^\.{0,2}$/.test(text) ? "~" : text;
}

export function inHeader(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "x").trim();
}

export function textOf(body: Body, how: string): string | undefined {
  if (how === "huge body") return JSON.stringify({ params: { text: "x".repeat(1_100_000) } });
  if (body === undefined || how === "no body") return undefined;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return how === "half a body" ? text.slice(0, Math.ceil(text.length / 2)) : text;
}

/** The body of an answer; of one without end, what comes first. */
export async function readText(response: Response): Promise<string> {
  if (response.webSocket) {
    response.webSocket.accept();
    response.webSocket.close();
    return "";
  }
  if (response.headers.get("Content-Type") !== "text/event-stream") return await response.text();
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value);
}
