import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { signCreateToken, signingKeys } from "../../src/auth/tokens.ts";
import type { Caller, TokenClaims } from "../../src/protocol/calls.ts";
import worker from "../../src/worker.ts";
import { takeApart } from "../support/forge.ts";
import { forgeries, hashOf } from "../support/forgeries.ts";
import { rows } from "../support/ledger.ts";
import type { Body } from "../support/room.ts";
import { Client, createRoom, request, roomObject } from "../support/room.ts";
import { watch } from "../support/socket.ts";
import {
  bodyOf,
  chained,
  exportLines,
  exportText,
  furnishedRoom,
  importInto,
  sha256,
  slowBody,
  standing,
} from "../support/transfer.ts";

describe("a refused import", () => {
  /** Sends each body to a room, which has to refuse it and be as it was created. */
  async function expectRefused(
    bodies: Record<string, readonly [body: BodyInit, refusal: Body]>,
  ): Promise<void> {
    const target = await createRoom();
    const before = await standing(target.id);
    for (const [what, [body, refusal]] of Object.entries(bodies)) {
      const answer = await importInto(target.owner, body);
      expect([what, answer.body]).toEqual([what, expect.objectContaining(refusal)]);
      expect(await standing(target.id), what).toEqual(before);
    }
    await evictDurableObject(roomObject(target.id));
    expect((await target.viewer.call("")).body.seq).toBe(1);
    expect((await target.owner.call("/tokens")).body.tokens).toHaveLength(3);
  }

  const INVALID = { error: "invalid_request", retryable: false };

  it("[IMPORT-1] [HTTP-3] what is broken, cut short or no export leaves the room as it was created", async () => {
    const { room } = await furnishedRoom();
    const lines = await exportLines(room.owner);
    const at = (n: number) => lines.findIndex((line) => line.seq === n);
    const edited = (n: number, change: (event: Body) => void) => {
      const copy = structuredClone(lines);
      change(copy[at(n)]);
      return copy;
    };
    const swapped = [...lines];
    [swapped[at(9)], swapped[at(10)]] = [lines[at(10)], lines[at(9)]];
    const text = bodyOf(lines);
    await expectRefused({
      "a broken chain": [
        bodyOf(edited(12, (event) => (event.chain = sha256("x")))),
        { ...INVALID, seq: 12, path: "chain", line: at(12) + 1 },
      ],
      "an edited value": [
        bodyOf(edited(12, (event) => (event.payload.writes[0].value.scope = "_other"))),
        { ...INVALID, seq: 12, path: "chain" },
      ],
      "an edited time": [bodyOf(edited(3, (event) => (event.agent = "eve"))), { ...INVALID, seq: 3 }],
      "a missing line": [bodyOf(lines.toSpliced(at(7), 1)), { ...INVALID, seq: 7, path: "seq" }],
      "a wrong order": [bodyOf(swapped), { ...INVALID, seq: 9, path: "seq" }],
      "a line twice": [bodyOf(lines.toSpliced(at(7), 0, lines[at(7)])), { ...INVALID, seq: 8, path: "seq" }],
      "a body cut in a line": [text.slice(0, text.length / 2), INVALID],
      "a body without its end": [bodyOf(lines.slice(0, -1)), INVALID],
      "an end too early": [bodyOf([...lines.slice(0, 8), lines.at(-1)]), { ...INVALID, seq: 8 }],
      "something after the end": [text + bodyOf([lines[3]]), INVALID],
      "two headers": [bodyOf([lines[0], ...lines]), INVALID],
      "no header": [bodyOf(lines.slice(1)), INVALID],
      "another version": [
        bodyOf([{ ...lines[0], export: 2 }, ...lines.slice(1)]),
        { ...INVALID, path: "export" },
      ],
      "an empty line": [bodyOf([lines[0], "", ...lines.slice(1)]), { ...INVALID, line: 2 }],
      garbage: ["garbage", { ...INVALID, line: 1 }],
      "a list": ["[1]\n", INVALID],
      "deep nesting": ["[".repeat(100_000), INVALID],
      "no UTF-8": [new Uint8Array([0x7b, 0xff, 0x0a]), INVALID],
      "an empty body": ["", { error: "invalid_request" }],
      "a line feed": ["\n", INVALID],
      "a line too long": [
        `${bodyOf([lines[0]])}"${"x".repeat(1_100_000)}"`,
        { error: "too_large", limit: "importLineBytes" },
      ],
    });
  });

  it("[IMPORT-2] what no room could have written is refused, though its chain fits", async () => {
    const { room } = await furnishedRoom();
    const lines = await exportLines(room.owner);
    const bodies = Object.entries(forgeries(lines)).map(([what, { seq, path, forged }]) => {
      return [what, [bodyOf(forged), { ...INVALID, seq, path: expect.stringMatching(path) }]] as const;
    });
    await expectRefused(Object.fromEntries(bodies));
  });
});

describe("who may import, and what into", () => {
  it("[IMPORT-1] [HTTP-2] into a room in which something has happened is 409, and only the room token imports", async () => {
    const { room, ana } = await furnishedRoom();
    const text = await exportText(room.owner);
    expect((await importInto(room.owner, text)).body.error).toBe("room_not_empty");
    for (const client of [room.viewer, room.joiner, ana]) {
      expect((await importInto(client, text)).body.error, client.token).toBe("room_token_required");
    }
    const target = await createRoom();
    expect((await importInto(target.owner, text)).status).toBe(200);
    expect((await importInto(target.owner, text)).body.error).toBe("room_not_empty");
    const fork = (await room.owner.call("/fork", { body: {} })).body;
    expect((await importInto(new Client(fork.id, fork.token), text)).body.error).toBe("room_not_empty");
  });

  it("[IMPORT-1] [HTTP-2] what is neither an export nor a dump by its type is 415", async () => {
    const target = await createRoom();
    for (const type of ["text/json", "text/plain", "", "application/x-ndjson2"]) {
      const answer = await importInto(target.owner, "{}", { "Content-Type": type });
      expect([answer.status, answer.body.error]).toEqual([415, "unsupported_media_type"]);
    }
    const type = { "Content-Type": "Application/X-NDJSON; charset=utf-8" };
    expect((await importInto(target.owner, "", type)).status).toBe(400);
  });

  it("[IMPORT-2] a room with more than a room may hold is 413", async () => {
    const { room } = await furnishedRoom();
    const [header, creation] = await exportLines(room.owner);
    const record = {
      name: "a",
      role: "a",
      status: "active",
      grants: [],
      joined_at: creation.ts,
      generation: 1,
    };
    const hash = hashOf(record);
    const writes = Array.from({ length: 1_001 }, (_, n) => {
      return { op: "set", scope: "_agents", key: `a${n}`, value: record, revision: 1, hash };
    });
    const crowd = { seq: 2, kind: "invoke", ts: creation.ts, agent: null, payload: { ok: true, writes } };
    const lines = chained([{ ...header, to: 2 }, creation, crowd, { head: { seq: 2, chain: "" } }]);
    const target = await createRoom();
    const { status, body } = await importInto(target.owner, bodyOf(lines));
    expect([status, body.limit]).toEqual([413, "agents"]);
    lines[2].payload.writes.pop();
    expect((await importInto(target.owner, bodyOf(chained(lines)))).status).toBe(200);
  });
});

describe("an import that takes its time", () => {
  /** An import of which half has been taken in. */
  async function begun() {
    const { room } = await furnishedRoom();
    const text = await exportText(room.owner);
    const target = await createRoom();
    const before = await standing(target.id);
    const body = slowBody();
    const answer = importInto(target.owner, body.readable).catch(() => null);
    body.write(text.slice(0, text.length / 2));
    while ((await target.viewer.call("")).status !== 409) await new Promise((wake) => setTimeout(wake, 5));
    return { room, target, before, body, answer, rest: text.slice(text.length / 2) };
  }

  it("[IMPORT-1] others are told that it runs, whoever has no token of the room is not, and it ends well", async () => {
    const room = await createRoom();
    const socket = await watch(room.viewer);
    const waiting = room.owner.wait("state._shared.never");
    const { target, body, answer, rest } = await begun();
    for (const client of [target.owner, target.viewer, target.joiner]) {
      for (const path of ["", "/context", "/log/verify", "/export"])
        expect((await client.call(path)).body.error, path).toBe("phase_conflict");
    }
    expect((await target.owner.invoke("set", {})).body.error).toBe("phase_conflict");
    expect((await target.owner.call("", { method: "DELETE" })).body.error).toBe("phase_conflict");
    expect((await target.owner.wait("true")).body.error).toBe("phase_conflict");
    expect((await importInto(target.owner, "x")).body.error).toBe("phase_conflict");
    expect((await request("/rooms", { body: { id: target.id } })).body.error).toBe("room_exists");
    expect((await new Client(target.id, undefined).call("/agents", { body: { id: "a" } })).status).toBe(401);
    body.write(rest);
    body.close();
    expect((await answer)?.status).toBe(200);
    expect((await target.viewer.call("/context")).status).toBe(200);
    expect(socket.closed).toBe(null);
    await importInto(room.owner, "garbage");
    expect((await waiting).body.error).toBe("phase_conflict");
    await socket.untilClosed();
    expect(socket.closed?.code).toBe(4409);
    expect((await room.owner.call("")).body.seq).toBe(1);
  });

  it.each(["hangs up", "ends early", "crashes"])(
    "[IMPORT-1] one that %s in the middle leaves the room as it was created",
    async (how) => {
      const { target, before, body, answer, room } = await begun();
      if (how === "hangs up") body.fail();
      if (how === "ends early") body.close();
      if (how === "crashes") await crash(target.id);
      await answer;
      expect((await target.viewer.call("")).body.seq).toBe(1);
      expect(await standing(target.id)).toEqual(before);
      expect((await importInto(target.owner, await exportText(room.owner))).status).toBe(200);
    },
  );
});

describe("a refused fork", () => {
  it("[FORK-1] [AUTH-3] [HTTP-3] takes the room token, an id that is free, and an event that there is", async () => {
    const { room, ana } = await furnishedRoom();
    const { seq } = (await room.owner.call("")).body;
    const refused = async (client: Client, body: Body) => (await client.call("/fork", { body })).body.error;
    for (const client of [ana, room.viewer, room.joiner])
      expect(await refused(client, {}), client.token).toBe("room_token_required");
    const other = await createRoom();
    for (const id of [room.id, other.id]) expect(await refused(room.owner, { id })).toBe("room_exists");
    for (const at of [0, -1, 1.5, "1", seq + 1, 1e300])
      expect(await refused(room.owner, { at }), String(at)).toBe("invalid_request");
    expect(await refused(room.owner, { id: "a/b" })).toBe("invalid_request");
    expect((await other.owner.call("")).body.seq).toBe(1);
    expect((await room.owner.call("")).body.seq).toBe(seq);
  });

  it("[FORK-1] [AUTH-9] where creation takes a token a fork does, too", async () => {
    const room = await createRoom();
    const keys = signingKeys((env as { AUTH_SECRET?: string }).AUTH_SECRET, undefined)!;
    const fork = async (headers: Record<string, string>) => {
      const init = { method: "POST", headers: { Authorization: `Bearer ${room.owner.token}`, ...headers } };
      const asked = new Request(`http://sync.test/rooms/${room.id}/fork`, init);
      return (await worker.fetch(asked, { ...env, ROOM_CREATION: "token" } as Env)).status;
    };
    expect(await fork({})).toBe(401);
    expect(await fork({ "X-Sync-Create-Token": room.owner.token! })).toBe(401);
    expect(await fork({ "X-Sync-Create-Token": await signCreateToken(keys) })).toBe(201);
  });

  it("[FORK-1] one that breaks off or crashes leaves no room", async () => {
    const { room, ana } = await furnishedRoom();
    for (const k of ["x", "y", "z"]) await ana.do("set", { k, v: "x".repeat(100_000) });
    for (const how of ["breaks off", "crashes"]) {
      const id = `half-${how.slice(0, 3)}-${room.id}`;
      const source = await roomObject(room.id).fork(callerOf(room.owner), undefined);
      const lines = await new Response((source as { stream: ReadableStream }).stream).arrayBuffer();
      const body = slowBody();
      const made = roomObject(id)
        .takeFork(id, body.readable, false)
        .catch(() => null);
      body.write(new TextDecoder().decode(lines).slice(0, -40));
      const taken = () => request("/rooms", { body: { id } });
      expect((await taken()).body.error).toBe("room_exists");
      while ((await rows(id, "SELECT seq FROM log")).length === 0)
        await new Promise((wake) => setTimeout(wake, 5));
      if (how === "crashes") await crash(id);
      else body.fail();
      expect((await made)?.status ?? 503).toBe(503);
      const created = await taken();
      expect([created.status, created.body.seq]).toEqual([201, 1]);
      expect((await standing(id)).import_mark).toEqual([]);
    }
  });
});

it("[FORK-3] [AUTH-6] agents see neither what a fork is made of nor its tokens", async () => {
  const { room } = await furnishedRoom();
  const { body } = await room.owner.call("/fork", { body: {} });
  const owner = new Client(body.id, body.token);
  const joined = await owner.call("/agents", { body: { id: "eve" } });
  const [seen] = await new Client(body.id, joined.body.token).log();
  const [whole] = await owner.log();
  expect(Object.keys(whole.payload)).toEqual(expect.arrayContaining(["origin", "tokens", "highest"]));
  expect(Object.keys(seen.payload).sort()).toEqual(["ok", "writes"]);
});

/** Has a room's object end as it does when its machine fails. */
async function crash(room: string): Promise<void> {
  await runInDurableObject(roomObject(room), (_, state) => state.abort("crash")).catch(() => undefined);
}

/** A caller as the Worker tells the room of it. */
function callerOf({ token }: Client): Caller {
  const { jti, kind, room, inc } = takeApart(token!).payload as Record<string, string>;
  return { claims: { id: jti, kind, room, incarnation: inc } as TokenClaims, agent: null };
}
