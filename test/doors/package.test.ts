import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { createRoom, templates, vocabularyTypes } from "../../src/client/main.ts";
import { readmeBlock } from "./readme.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const TSC = join(ROOT, "node_modules/.bin/tsc");
const folder = mkdtempSync(join(tmpdir(), "sync-package-"));

/** The environment without what npm scripts add to it: the Node in PATH is the machine's own. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) && name !== "NODE_OPTIONS"),
);
env.PATH = (env.PATH ?? "")
  .split(delimiter)
  .filter((each) => !each.includes("node_modules"))
  .join(delimiter);

function run(command: string, args: readonly string[], cwd = folder): string {
  try {
    return execFileSync(command, args, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(" ")}\n${stdout}${stderr}`, { cause: error });
  }
}

function compile(...files: string[]): string {
  const settings = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022"];
  const modules = ["--module", "nodenext", "--lib", "es2022,dom,dom.asynciterable", "--types", ""];
  return run(TSC, [...settings, ...modules, ...files]);
}

beforeAll(() => {
  run("npm", ["pack", "--pack-destination", folder], ROOT);
  writeFileSync(join(folder, "package.json"), '{ "name": "of-a-user", "private": true, "type": "module" }');
  const [packed = ""] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  run("npm", ["install", "--offline", `./${packed}`]);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("[SDK-7] the package brings nothing but itself", () => {
  expect(readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."))).toEqual([
    "sync-v8",
  ]);
  const { dependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(folder, "node_modules/sync-v8/package.json"), "utf8"),
  );
  expect([dependencies, optionalDependencies]).toEqual([undefined, undefined]);
});

it("[SDK-7] the client imports nothing of a runtime's own", () => {
  const client = join(folder, "node_modules/sync-v8/dist/client");
  const texts = readdirSync(client).map((name) => readFileSync(join(client, name), "utf8"));
  const imported = texts.flatMap((text) => [
    ...text.matchAll(/(?:\bfrom|^import|\bimport\()\s*"([^"\n]+)"/gm),
  ]);
  expect(imported.length).toBeGreaterThan(20);
  expect(imported.map(([, target]) => target).filter((target) => !target?.startsWith("./"))).toEqual([]);
});

const SCRIPT = `
import { createRoom, Room, SyncError } from "sync-v8";
const server = process.argv[2];
const { room, joinToken } = await createRoom(server);
await room.registerAction({ id: "vote", writes: [{ key: "votes", increment: 1 }], result: "state._shared.votes" });
const ana = await Room.join({ server, room: room.id, token: joinToken, id: "ana" });
const waiting = ana.wait("state._shared.votes == 1", { include: ["state"] });
const { result } = await ana.invoke("vote");
const { state } = await waiting;
const seqs = [];
for await (const frame of ana.watch({ since: 0 })) {
  if (frame.type === "event") seqs.push(frame.seq);
  if (seqs.length === 4) break;
}
const refused = await ana.invoke("gone").catch((error) => error);
console.log(JSON.stringify({ result, state, seqs, refused: SyncError.is(refused, "action_not_found") }));
`;

it("[SDK-7] a script runs with it, in this Node and in the machine's own", () => {
  writeFileSync(join(folder, "script.js"), SCRIPT);
  for (const node of [process.execPath, "node"]) {
    expect(JSON.parse(run(node, ["script.js", inject("server")]))).toEqual({
      result: 1,
      state: { _shared: { votes: 1 } },
      seqs: [1, 2, 3, 4],
      refused: true,
    });
  }
});

it("[SDK-7] the package brings the command, which the machine's own Node runs", () => {
  const health = run(join(folder, "node_modules/.bin/sync"), [
    "health",
    "--json",
    "--server",
    inject("server"),
  ]);
  expect(JSON.parse(health)).toMatchObject({ ok: true });
});

it("README: TypeScript", () => {
  writeFileSync(join(folder, "start.js"), readmeBlock("ts", "createRoom"));
  expect(run("node", ["start.js"])).toContain("triggered: true");
});

it("README: a shell", () => {
  const lines = readmeBlock("sh", "npm pack").replace("npm pack && ", "");
  const here = `export npm_config_prefix=${folder}/global npm_config_offline=true PATH=${folder}/global/bin:$PATH
    export XDG_CONFIG_HOME=${folder} SYNC_SERVER=${inject("server")}`;
  expect(run("bash", ["-euo", "pipefail", "-c", `${here}\n${lines}`])).toMatch(/ready +\["1"\]/);
});

const TYPED = `
import { createRoom, type Frame, type Invoked, Room, SyncError, vocabularyTypes } from "sync-v8";

const { room, viewToken } = await createRoom("http://127.0.0.1:8787", { meta: { a: 1 }, join: "open" });
const vote = room.action<{ readonly choice: "tea" | "coffee" }, number>("vote");
const voted: Invoked<number> = await vote({ choice: "tea" });
// @ts-expect-error there is no such choice
await vote({ choice: "milk" });
// @ts-expect-error a choice is required
await vote();
const { views } = await room.context({ only: ["views"] });
// @ts-expect-error only views were asked for
const state = (await room.context({ only: ["views"] })).state;
const whole = await room.wait("views.done");
const some = await room.wait("views.done", { include: ["views"], timeout: 5 });
if (!some.triggered) console.log(some.unmet[0]?.clause, some.elapsed_ms);
console.log(whole.context.state._shared?.n, some.views, views, voted.result?.toFixed(), state);
for await (const frame of room.watch()) {
  const told: Frame = frame;
  if (frame.type === "event") console.log(frame.seq, frame.writes.length, told);
}
const spectator = new Room({ server: new URL("http://127.0.0.1:8787"), room: room.id, token: viewToken, WebSocket, fetch });
const text: string = vocabularyTypes(await spectator.context({ depth: "full" }));
await spectator.info().catch((error: unknown) => SyncError.is(error, "invalid_token") && error.hint);
console.log(text);
`;

it("[SDK-7] a program compiles against its types", () => {
  writeFileSync(join(folder, "typed.ts"), TYPED);
  expect(compile("typed.ts")).toBe("");
});

/** What a room says, some of it unkindly: names that are no names, texts that would end a comment, schemas of all sorts. */
const WORDS = [
  {
    id: "claim",
    description: "Take a task */ export const evil = 1; /*",
    params: { key: { type: "string", required: true } },
  },
  {
    id: "vote-for",
    params: {
      choice: { enum: ["tea", "coffee", null, 3], required: true, description: "What\nto drink" },
      "how strong?": { type: ["integer", "null"] },
    },
  },
  {
    id: "constructor",
    params: {
      type: "object",
      properties: {
        list: { type: "array", items: { anyOf: [{ type: "string" }, { const: { at: [1, "x"] } }] } },
        nested: {
          type: "object",
          properties: { a: { type: "number" } },
          required: ["a"],
          additionalProperties: true,
        },
        map: { type: "object", additionalProperties: { type: "boolean" } },
        both: {
          allOf: [
            { type: "object", properties: { x: { type: "number", required: true } } },
            { type: "object", properties: { y: { type: "string", required: true } } },
          ],
        },
        __proto__x: { not: { type: "string" } },
      },
      required: ["list"],
    },
  },
  { id: "close", result: "1" },
];

const USER = `
import { Room } from "sync-v8";
import type { Json, Vocabulary } from "./vocabulary.ts";

const room = await Room.join<Vocabulary>({ server: "http://127.0.0.1:8787", room: "r", id: "ana" });
await room.invoke("claim", { key: "1" });
await room.invoke("vote-for", { choice: 3, "how strong?": null });
await room.invoke("constructor", {
  list: ["a", { at: [1, "x"] }],
  nested: { a: 1, more: [true] },
  map: { yes: true },
  both: { x: 1, y: "b" },
  __proto__x: 5,
});
const done: undefined = (await room.invoke("claim", { key: "1" })).result;
const closed: Json | undefined = (await room.action("close")()).result;
const open: Json | undefined = (await room.context()).views["open tasks"];
await room.invoke("help", { key: "guide" });
// @ts-expect-error a key is required
await room.invoke("claim");
// @ts-expect-error a key is a text
await room.invoke("claim", { key: 1 });
// @ts-expect-error there is no such parameter
await room.invoke("claim", { key: "1", kee: "1" });
// @ts-expect-error there is no such choice
await room.invoke("vote-for", { choice: "milk" });
// @ts-expect-error there is no such action
await room.invoke("vote", {});
// @ts-expect-error y is missing
await room.invoke("constructor", { list: [], both: { x: 1 } });
// @ts-expect-error there is no such view
console.log((await room.context()).views.shut, done, closed, open);
`;

it("[SDK-8] a room's vocabulary becomes types that say what its actions take", async () => {
  const { room } = await createRoom(inject("server"));
  const writes = [{ key: "k", value: "${self}" }];
  for (const word of WORDS) await room.registerAction({ ...(word as { id: string }), writes });
  await room.registerView({ id: "open tasks", expr: "state._queue.keys()" });
  const text = vocabularyTypes(await room.context({ depth: "full" }));
  expect(text).not.toContain("_register_action");
  writeFileSync(join(folder, "vocabulary.ts"), text);
  writeFileSync(join(folder, "user.ts"), USER);
  expect(compile("--allowImportingTsExtensions", "user.ts")).toBe("");
});

it("[SDK-8] the vocabulary of every template becomes types that compile", async () => {
  const server = inject("server");
  const files = await Promise.all(
    (await templates(server)).map(async ({ id, actions }) => {
      const { room } = await createRoom(server, { template: id });
      const text = vocabularyTypes(await room.context({ depth: "full" }));
      const known = actions.map((action) => `"${action}"`).join(" | ");
      const use = `const known: [keyof Vocabulary["actions"]] extends [${known}] ? true : false = true; console.log(known);`;
      writeFileSync(join(folder, `${id}.ts`), `${text}\n${use}\n`);
      return `${id}.ts`;
    }),
  );
  expect(files.length).toBeGreaterThan(4);
  expect(compile(...files)).toBe("");
});
