import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, it } from "vitest";

/** What each part of `src` may import, besides itself: imports go one way (DESIGN.md, "The shape"). */
const MAY_IMPORT: Record<string, readonly string[]> = {
  kernel: [],
  protocol: ["kernel"],
  cel: ["kernel"],
  storage: ["kernel"],
  migrations: [],
  help: ["kernel"],
  auth: ["kernel", "protocol"],
  room: ["kernel", "protocol", "cel", "storage", "help"],
  templates: ["kernel"],
  routes: ["kernel", "protocol", "auth", "help", "templates", "pages", "room-object"],
  mcp: ["kernel", "protocol"],
  client: [],
  cli: ["client"],
  players: ["client"],
  dashboard: ["client", "players"],
  "room-sockets": ["kernel", "protocol", "room"],
  legacy: ["kernel", "protocol", "storage", "room"],
  "room-turns": ["kernel"],
  "room-long-calls": ["protocol", "room", "room-turns"],
  "room-alarm": [],
  "room-transfers": ["kernel", "protocol", "storage", "migrations", "room", "legacy", "room-turns"],
  "room-object": [
    "kernel",
    "protocol",
    "storage",
    "migrations",
    "room",
    "legacy",
    "room-sockets",
    "room-transfers",
    "room-turns",
    "room-long-calls",
    "room-alarm",
  ],
  worker: ["kernel", "protocol", "auth", "routes", "mcp", "room-object"],
};

/** Packages that only one part may import. */
const ONLY_IN: Record<string, readonly string[]> = {
  "@marcbachmann/cel-js": ["cel"],
  re2js: ["cel", "room"],
  "@cfworker/json-schema": ["room"],
  jose: ["auth"],
  tinyqueue: ["room"],
  hono: ["auth", "routes", "worker"],
  zod: ["protocol", "routes", "mcp"],
  "@modelcontextprotocol/server": ["mcp"],
  preact: ["dashboard"],
  "@preact/signals": ["dashboard"],
  marked: ["dashboard"],
  dompurify: ["dashboard"],
  "cloudflare:workers": ["room-object"],
  "node:crypto": ["room-object"],
};

/** The command line runs in Node, and needs nothing but what comes with it. */
function isNodes(name: string): boolean {
  return name.startsWith("node:");
}

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"))
    .map((name) => join(folder, name));
}

/** The part of `src` that a file belongs to: its folder, or its own name at the top. */
function partOf(file: string): string {
  const [first = ""] = relative("src", file).split("/");
  return first.replace(/\.tsx?$/, "");
}

function imports(file: string): string[] {
  const matches = readFileSync(file, "utf8").matchAll(
    /^(?:import|export)[^"]*?from "([^"]+)"|^import "([^"]+)"/gms,
  );
  return [...matches].map(([, from, bare]) => from ?? bare ?? "");
}

const files = sources("src");

it("imports go one way", () => {
  const wrong = files.flatMap((file) => {
    const part = partOf(file);
    const allowed = [part, ...(MAY_IMPORT[part] ?? [])];
    const local = imports(file).filter((target) => target.startsWith("."));
    const parts = local.map((target) => partOf(join(dirname(file), target)));
    return parts.filter((target) => !allowed.includes(target)).map((target) => `${file} imports ${target}`);
  });
  expect(wrong).toEqual([]);
});

it("every part of src is known", () => {
  expect([...new Set(files.map(partOf))].filter((part) => !(part in MAY_IMPORT))).toEqual([]);
});

it("packages are imported by the part that owns them", () => {
  const wrong = files.flatMap((file) => {
    const packages = imports(file).filter((target) => !target.startsWith("."));
    const owners = (name: string) =>
      ONLY_IN[name] ??
      ONLY_IN[
        name
          .split("/")
          .slice(0, name.startsWith("@") ? 2 : 1)
          .join("/")
      ];
    return packages
      .filter((name) => !owners(name)?.includes(partOf(file)) && !(partOf(file) === "cli" && isNodes(name)))
      .map((name) => `${file} imports ${name}`);
  });
  expect(wrong).toEqual([]);
});

it("no file is longer than 300 lines", () => {
  const all = [...files, ...["test", "bench", "drills", "examples", "scripts", "workerd"].flatMap(sources)];
  const long = all.filter((file) => readFileSync(file, "utf8").split("\n").length > 301);
  expect(long).toEqual([]);
});

it("no file is named for nothing in particular", () => {
  const vague = /(^|\/)(utils?|helpers?|common|manager|misc|index)\.tsx?$/;
  expect(files.filter((file) => vague.test(file))).toEqual([]);
});

it("[API-5] what describes the API is loaded when it is asked for, and not with the Worker", () => {
  const seen = new Set<string>();
  const follow = (file: string) => {
    if (seen.has(file) || !file.endsWith(".ts")) return;
    seen.add(file);
    for (const target of imports(file)) if (target.startsWith(".")) follow(join(dirname(file), target));
  };
  follow(join("src", "worker.ts"));
  const described = /^src\/(protocol\/(answers|openapi)|routes\/docs)\//;
  expect(seen.size).toBeGreaterThan(100);
  expect([...seen].filter((file) => described.test(file))).toEqual([]);
});
