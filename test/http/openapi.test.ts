import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { OPERATIONS } from "../../src/protocol/operations.ts";
import app from "../../src/worker.ts";
import { imported, madeDump } from "../support/legacy.ts";
import type { DescribedCall } from "../support/openapi-document.ts";
import { ServedDocument } from "../support/openapi-document.ts";
import { Client, createRoom, request } from "../support/room.ts";
import { exportText } from "../support/transfer.ts";

/** What is served beside the calls of the API. */
const PAGES = [
  "/",
  "/assets/:file",
  "/mcp",
  "/openapi.json",
  "/docs",
  "/llms.txt",
  "/SKILL.md",
  "/reference/:doc",
];

it("[API-1] there is no route without a declaration, and no declaration without a route", () => {
  const routes = app.routes.filter(({ method, path }) => method !== "ALL" && !PAGES.includes(path));
  const served = new Set(routes.map(({ method, path }) => `${method} ${path}`));
  const declared = Object.values(OPERATIONS).map(({ method, path }) => `${method} ${path}`);
  expect([...served].sort()).toEqual(declared.sort());
});

it("[API-1] the document names the server that it was asked of", async () => {
  for (const origin of ["http://sync.test", "https://other.test:8443", "http://sync.test"]) {
    const response = await exports.default.fetch(new Request(`${origin}/openapi.json`));
    expect(response.headers.get("X-Sync-Version")).toBe("v8");
    expect(await response.json()).toMatchObject({ openapi: "3.1.1", servers: [{ url: origin }] });
  }
});

/** The calls in an order in which each example works, by whose token. */
const ORDER: Record<string, string> = {
  createRoom: "",
  join: "joiner",
  invoke: "ana",
  invokeMany: "ana",
  context: "ana",
  evaluate: "ana",
  poll: "ana",
  salience: "ana",
  wait: "ana",
  watch: "ana",
  log: "ana",
  verify: "owner",
  scopeHistory: "ana",
  keyHistory: "ana",
  replay: "ana",
  samples: "ana",
  getRoom: "ana",
  stats: "owner",
  mintToken: "owner",
  listTokens: "owner",
  revokeToken: "owner",
  fork: "owner",
  export: "owner",
  import: "owner",
  migration: "owner",
  migrate: "owner",
  updateRoom: "owner",
  updateAgent: "ana",
  leave: "ana",
  deleteRoom: "owner",
  templates: "",
  template: "",
  health: "",
};

it("[API-3] every example of a request works", async () => {
  const document = new ServedDocument((await request("/openapi.json")).body);
  expect(Object.keys(ORDER).sort()).toEqual(document.calls.map(({ id }) => id).sort());
  const tokens: Record<string, string> = {};
  let minted = "";
  for (const [id, who] of Object.entries(ORDER)) {
    const call = document.call(id);
    const other = await otherRoom(id);
    const { status, text, breach } = await sendExample(document, call, {
      token: other?.token ?? tokens[who],
      path: { ...(other && { room: other.room }), token: minted },
      body: id === "import" ? await exportText(new Client("tea", tokens.owner)) : undefined,
    });
    expect([id, status < 300, text.slice(0, 500)]).toEqual([id, true, text.slice(0, 500)]);
    expect(breach).toBeNull();
    if (id === "createRoom") {
      const { token, join_token } = JSON.parse(text);
      Object.assign(tokens, { owner: token, joiner: join_token });
    }
    if (id === "join") {
      tokens.ana = JSON.parse(text).token;
      await declareVote(new Client("tea", tokens.owner));
    }
    if (id === "mintToken") minted = JSON.parse(text).id;
  }
});

/** Where an example takes a room of its own: an empty one, or one of the original system. */
async function otherRoom(id: string): Promise<{ room: string; token: string } | undefined> {
  if (id === "import") {
    const room = await createRoom();
    return { room: room.id, token: room.owner.token! };
  }
  if (id !== "migrate") return undefined;
  const { room } = await imported(madeDump({ agents: [{ id: "ana" }] }));
  return { room: room.id, token: room.owner.token! };
}

async function declareVote(owner: Client): Promise<void> {
  const choice = { type: "string", enum: ["tea", "coffee"], required: true };
  const writes = [{ scope: "_votes", key: "${self}", value: "${params.choice}" }];
  await owner.do("_register_action", { id: "vote", params: { choice }, writes });
  const expr = "size(state._votes)";
  await owner.do("_register_view", {
    id: "tally",
    scope: "_shared",
    expr,
    render: { type: "metric", temporal: true },
  });
}

interface Sending {
  readonly token: string | undefined;
  readonly path: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

async function sendExample(document: ServedDocument, call: DescribedCall, sending: Sending) {
  const example = (place: string, name: string) =>
    call.parameters.find((each) => each.in === place && each.name === name)?.example;
  const path = call.path.replaceAll(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent(String(sending.path[name] || example("path", name))),
  );
  const required = call.parameters.filter((each) => each.in === "query" && each.required);
  const query = new URLSearchParams(required.map(({ name }) => [name, String(example("query", name))]));
  const headers = new Headers(call.id === "watch" ? { Accept: "text/event-stream" } : {});
  if (sending.token) headers.set("Authorization", `Bearer ${sending.token}`);
  const [type, content] = Object.entries(call.operation.requestBody?.content ?? {})[0] ?? [];
  if (type) headers.set("Content-Type", type);
  const body = sending.body ?? (content && JSON.stringify(content.example));
  const url = `http://sync.test${path}?${query}`;
  const response = await exports.default.fetch(
    new Request(url, { method: call.method, headers, ...(body === undefined ? {} : { body }) }),
  );
  const text = call.id === "watch" ? await firstText(response) : await response.text();
  return { status: response.status, text, breach: document.breach(call.operation.responses, response, text) };
}

async function firstText(response: Response): Promise<string> {
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value);
}

it("[API-4] /docs tells all of the document, and loads and runs nothing", async () => {
  const document = new ServedDocument((await request("/openapi.json")).body);
  const response = await exports.default.fetch(new Request("http://sync.test/docs"));
  const page = await response.text();
  expect(response.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
  const policy = response.headers.get("Content-Security-Policy");
  const style = /<style>(.*?)<\/style>/s.exec(page)![1]!;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
  expect(policy).toContain(`style-src 'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`);
  expect(policy).toMatch(/^default-src 'none'/);
  expect(page).not.toMatch(/<script|<link|<img|<iframe|\ssrc=|\son\w+=|\sstyle=|url\(|@import/i);
  const ids = new Set([...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id));
  const names = Object.keys(document.json.components.schemas).map((name) => `schema-${name}`);
  for (const id of [...Object.keys(OPERATIONS), ...names]) expect([id, ids.has(id)]).toEqual([id, true]);
  for (const [, href = ""] of page.matchAll(/\shref="([^"]*)"/g)) {
    if (href.startsWith("#")) expect([href, ids.has(href.slice(1))]).toEqual([href, true]);
    else expect(["/openapi.json", "/llms.txt"]).toContain(href);
  }
  const levels = [...page.matchAll(/<h(\d)/g)].map(([, level]) => Number(level));
  for (const [index, level] of levels.entries())
    expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1);
});
