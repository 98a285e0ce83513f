import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { HELP_KEYS } from "../../src/kernel/help-keys.ts";
import { TEMPLATES } from "../../src/templates/templates.ts";
import type { Body } from "../support/room.ts";
import { request } from "../support/room.ts";
import { shellWords } from "../support/shell-words.ts";

const ORIGIN = "https://rooms.example:8443";
const PAGES = ["/llms.txt", "/SKILL.md", "/reference/index"];

function get(url: string, init: RequestInit = {}): Promise<Response> {
  return exports.default.fetch(new Request(url, init));
}

async function page(path: string): Promise<string> {
  return await (await get(ORIGIN + path)).text();
}

/** Every URL that a text names, without the punctuation after it. */
function urls(text: string): string[] {
  return [...text.matchAll(/https?:\/\/[^\s"'`)<]+/g)].map(([url]) => url.replace(/[.,;:]+$/, ""));
}

it("[PAGE-1] pages are text of the right type that any origin may read and keep for a while", async () => {
  const types = {
    "/llms.txt": "text/plain",
    "/SKILL.md": "text/markdown",
    "/reference/cel": "text/markdown",
  };
  for (const [path, type] of Object.entries(types)) {
    const { status, headers } = await get(ORIGIN + path);
    expect([status, headers.get("Content-Type")]).toEqual([200, `${type}; charset=utf-8`]);
    expect(headers.get("Cache-Control")).toBe("public, max-age=300");
    expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(headers.get("X-Sync-Version")).toBe("v8");
    const head = await get(ORIGIN + path, { method: "HEAD" });
    expect([head.status, head.headers.get("Allow")]).toEqual([405, "GET"]);
  }
});

it("[PAGE-1] every URL in them is of this server, and answers", async () => {
  const found = new Set((await Promise.all(PAGES.map(page))).flatMap(urls));
  expect(found.size).toBeGreaterThan(HELP_KEYS.length + TEMPLATES.size);
  for (const url of found) {
    expect(url).toMatch(/^https:\/\/rooms\.example:8443(\/|$)/);
    const path = url.slice(ORIGIN.length);
    if (path === "" || path.startsWith("/rooms")) continue;
    const { status } = await get(url);
    // A client of MCP posts.
    expect([path, status]).toEqual([path, path === "/mcp" ? 405 : 200]);
  }
  for (const path of PAGES) expect(await page(path)).not.toMatch(/\{\{\w|undefined/);
});

it("[PAGE-2] SKILL.md has a name and a description, and fewer than 1,500 tokens", async () => {
  const text = await page("/SKILL.md");
  expect(new TextEncoder().encode(text).length / 4).toBeLessThan(1_500);
  const [, name, description = ""] = /^---\nname: ([a-z-]+)\ndescription: (.+)\n---\n/.exec(text) ?? [];
  expect(name).toBe("sync-rooms");
  expect(description.length).toBeLessThan(1_024);
  // A plain scalar of YAML.
  expect(description).not.toMatch(/: | #/);
  for (const id of TEMPLATES.keys()) expect(text).toContain(`\`${id}\``);
});

it("[PAGE-3] llms.txt has a title, a summary and sections of links, every help text and template among them", async () => {
  const text = await page("/llms.txt");
  expect(text).toMatch(/^# \w+\n\n> .+\n\n/);
  const [, ...sections] = text.split(/^## /m);
  for (const section of sections) expect(section).toMatch(/^.+\n\n(- \[.+\]\(\S+\): .+\n)+\n?$/);
  const index = await page("/reference/index");
  for (const key of HELP_KEYS) {
    expect(text).toContain(`- [${key}](${ORIGIN}/reference/${key}): `);
    expect(index).toContain(`- [${key}](${ORIGIN}/reference/${key}): `);
  }
  for (const id of TEMPLATES.keys()) expect(text).toContain(`(${ORIGIN}/templates/${id})`);
});

it("[PAGE-3] the reference is what help answers, and an unknown page has the nearest suggested", async () => {
  const { body: room } = await request("/rooms", { body: {} });
  for (const key of HELP_KEYS) {
    const path = `/rooms/${room.id}/actions/help/invoke`;
    const { body } = await request(path, { token: room.token, body: { params: { key } } });
    expect(await page(`/reference/${key}`)).toBe(body.content);
  }
  const { status, body } = await request("/reference/timer");
  expect([status, body.error, body.suggestion.to]).toEqual([404, "help_key_not_found", "timers"]);
  expect((await request("/reference/constructor")).status).toBe(404);
  expect((await request("/nowhere")).body.hint).toContain("/llms.txt");
});

interface Command {
  readonly url: string;
  readonly init: RequestInit;
}

/** What a curl command of the page sends. */
function curl(command: string, variables: Readonly<Record<string, string>>): Command {
  const [name, ...words] = shellWords(command, variables);
  expect(name).toBe("curl");
  const headers = new Headers();
  const data: string[] = [];
  let [url, isGet] = ["", false];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "--get") isGet = true;
    else if (word === "-H") headers.append(...(words.shift()!.split(": ") as [string, string]));
    else if (word === "-d") data.push(words.shift()!);
    else if (word === "--data-urlencode")
      data.push(words.shift()!.replace(/=(.*)$/s, (_, text) => `=${encodeURIComponent(text)}`));
    else if (word !== "-s") url = word;
  }
  if (isGet) return { url: `${url}?${data.join("&")}`, init: { headers } };
  return { url, init: data.length === 0 ? { headers } : { method: "POST", headers, body: data.join("&") } };
}

describe("SKILL.md", () => {
  it("[PAGE-2] every command works as it is written, and so does every call that is named", async () => {
    const text = await page("/SKILL.md");
    const commands = [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, command = ""]) => command);
    const answers: Body[] = [];
    const variables: Record<string, string> = {};
    for (const command of commands) {
      const { url, init } = curl(command, variables);
      const response = await get(url, init);
      const answer: Body = await response.json();
      expect([command, response.ok, answer]).toEqual([command, true, answer]);
      answers.push(answer);
      if (answer.join_token) Object.assign(variables, { ROOM: answer.id, JOIN_TOKEN: answer.join_token });
      if (answer.agent?.id === "ana") variables.TOKEN = answer.token;
    }
    const [created, joined, context, posted, batch, waited, registered] = answers;
    expect([created.join, joined.agent.role, context.self]).toEqual(["token", "worker", "ana"]);
    expect([posted.invoked, batch.results.length, registered.id]).toEqual([true, 2, "set_phase"]);
    expect(waited.triggered).toBe(true);
    const headers = { Authorization: `Bearer ${variables.TOKEN}` };
    const room = `${ORIGIN}/rooms/${variables.ROOM}`;
    const set = { method: "POST", headers, body: '{"params": {"phase": "plan"}}' };
    expect((await get(`${room}/actions/set_phase/invoke`, set)).status).toBe(200);
    const spans = [...text.matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span);
    const reads = spans.flatMap((span) => /^(?:GET )?(\S*\/\S+)$/.exec(span)?.[1] ?? []);
    expect(reads.length).toBeGreaterThan(3);
    for (const read of reads) {
      const url = read.startsWith("/") ? room + read : read.replace("$ROOM", variables.ROOM!);
      expect([url, (await get(url, { headers })).status]).toEqual([url, 200]);
    }
    expect(spans).toContain("POST /eval");
    const evaluated = await get(`${room}/eval`, {
      method: "POST",
      headers,
      body: '{"expr": "state._shared.phase"}',
    });
    expect(await evaluated.json()).toMatchObject({ value: "plan" });
  });
});
