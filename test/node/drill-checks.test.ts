import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { Faults } from "../../drills/faults.ts";
import { checkFiles } from "../../drills/files.ts";
import type { ReadEvent } from "../../drills/history.ts";
import { History } from "../../drills/history.ts";
import { Ledger } from "../../drills/ledger.ts";
import { canonicalJson } from "../../src/kernel/json.ts";
import type { EventPayload, Operation } from "../../src/kernel/model.ts";
import { STEPS } from "../../src/migrations/steps.ts";

const TS = "2026-01-20T00:00:00.000Z";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function written(scope: string, key: string, value: string | { id: string }, revision: number): Operation {
  return { op: "set", scope, key, value, revision, hash: sha256(canonicalJson(value)).slice(0, 16) };
}

/** An accepted call of the drill: agent `ana` writes its mark on a page of its own. */
function confided(mark: string, revision: number): EventPayload {
  const params = { mark, key: "page-1" };
  return { ok: true, action: "confide", params, writes: [written("ana", "page-1", mark, revision)] };
}

const CREATED: EventPayload = { ok: true, writes: [written("_config", "room", { id: "r" }, 1)] };
const REFUSED: EventPayload = { ok: false, action: "claim", code: "precondition_failed", writes: [] };
const PAYLOADS = [CREATED, confided("ana.1", 1), REFUSED, confided("ana.2", 2)];

/** A log of these payloads, whole and well chained. */
function chained(
  payloads: readonly EventPayload[],
  seqs = payloads.map((_, index) => index + 1),
): ReadEvent[] {
  let chain = "";
  return payloads.map((payload, index) => {
    const [seq, text] = [seqs[index] ?? 0, JSON.stringify(payload)];
    chain = sha256(`${chain}\n${JSON.stringify([seq, "invoke", TS, "ana"])}\n${text}`);
    return { seq, kind: "invoke", ts: TS, agent: "ana", payload, text, chain };
  });
}

/** What the drill finds in this log, after it was told of two accepted calls and a refusal. */
function found(events: readonly ReadEvent[]): readonly string[] {
  const faults = new Faults();
  const history = new History("r", faults);
  for (const event of events) history.take(event);
  const ledger = new Ledger("r", faults);
  for (const [seq, revision] of [
    [2, 1],
    [4, 2],
  ] as const) {
    const mark = `ana.${revision}`;
    const { hash } = written("ana", "page-1", mark, revision);
    const asked = { mark, agent: "ana", action: "confide", params: { mark, key: "page-1" } };
    ledger.accept(asked, { seq, writes: [{ scope: "ana", key: "page-1", value: mark, revision, hash }] });
  }
  const refused = { mark: "ana.3", agent: "ana", action: "claim", params: {} };
  ledger.refuse(refused, 3, "precondition_failed");
  ledger.compare(history);
  return faults.told;
}

/** What the drill finds in the file of a room with this log, after `damage` has been done to it. */
function foundInFile(damage: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "sync-test-"));
  const database = new DatabaseSync(join(folder, "room.sqlite"));
  database.exec("PRAGMA synchronous = OFF");
  for (const step of STEPS) database.exec(step);
  const run = (query: string, ...values: (string | number | null)[]) =>
    database.prepare(query).run(...values);
  const faults = new Faults();
  const history = new History("r", faults);
  for (const event of chained(PAYLOADS)) {
    const { seq, kind, ts, agent, text, chain, payload } = event;
    history.take(event);
    run("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?)", seq, kind, ts, agent, text, chain);
    for (const { scope, key } of payload.writes)
      run("INSERT INTO log_index (scope, key, seq) VALUES (?, ?, ?)", scope, key, seq);
    const mark = String(payload.params?.mark);
    if (payload.params)
      run("INSERT INTO answers VALUES ('agent:ana', 'confide', ?, '', 200, '', ?, 0)", mark, seq);
  }
  for (const [place, { value, revision, hash, updated_at }] of history.state.entries) {
    const [scope, key] = JSON.parse(place);
    const row = [scope, key, JSON.stringify(value), revision, hash, updated_at];
    run(
      "INSERT INTO state (scope, key, value, revision, hash, updated_at) VALUES (?, ?, ?, ?, ?, ?)",
      ...row,
    );
  }
  database.exec(damage);
  database.close();
  checkFiles(folder, faults);
  rmSync(folder, { recursive: true });
  return faults.told;
}

it("[LOG-1] the drill accepts a log that holds all that was acknowledged, and a file that agrees with it", () => {
  expect(found(chained(PAYLOADS))).toEqual([]);
  expect(foundInFile("")).toEqual([]);
});

it("[LOG-1] the drill finds an acknowledged call that is lost, or is another than was answered", () => {
  expect(found(chained(PAYLOADS.slice(0, 3)))).toEqual([expect.stringMatching(/^lost: \[LOG-1\] ana\.2 /)]);
  const other = { ...confided("ana.2", 2), params: { mark: "ana.2", key: "page-2" } };
  expect(found(chained([...PAYLOADS.slice(0, 3), other]))).toContainEqual(
    expect.stringMatching(/^lost: .*ana\.2 /),
  );
});

it("[LOG-1] the drill finds a call in the log that nobody was told of", () => {
  expect(found(chained([...PAYLOADS, confided("ana.9", 3)]))).toEqual([
    expect.stringMatching(/ana\.9 is done and was never acknowledged/),
  ]);
});

it("[ACT-9] the drill finds a call that is done twice", () => {
  expect(found(chained([...PAYLOADS, confided("ana.2", 3)]))).toEqual([
    expect.stringMatching(/^doubled: \[ACT-9\].* ana\.2, done in 4, is done again in 5/),
  ]);
});

it("[LOG-5] the drill finds an acknowledged refusal that is lost", () => {
  const code = "version_conflict";
  expect(found(chained(PAYLOADS.map((payload) => (payload.ok ? payload : { ...payload, code }))))).toEqual([
    expect.stringMatching(/^lost: \[LOG-5\] the refusal 3 /),
  ]);
});

it("[LOG-2] the drill finds a gap in the log", () => {
  expect(found(chained([...PAYLOADS, REFUSED], [1, 2, 3, 4, 6]))).toEqual([
    "gaps: [LOG-2] room r: 6 follows 4",
  ]);
});

it("[LOG-6] the drill finds a broken chain", () => {
  const broken = chained(PAYLOADS).map((event) => ({ ...event, ts: "2026-01-20T00:00:00.001Z" }));
  expect(found(broken)).toHaveLength(PAYLOADS.length);
  expect(found(broken)[0]).toMatch(/\[LOG-6\] the chain of 1 is broken/);
});

it("[ACT-5] the drill finds a write that is not what its call asks for, or that does not follow the one before", () => {
  const wrong = { ...confided("ana.1", 1), writes: [written("ana", "page-1", "ana.7", 1)] };
  expect(found(chained([CREATED, wrong]))).toContainEqual(expect.stringMatching(/\[ACT-5\] confide in 2 /));
  expect(found(chained([CREATED, confided("ana.1", 2)]))).toContainEqual(
    expect.stringMatching(/\[STATE-1\] revision 2 /),
  );
});

it("[LOG-3] [LOG-4] [ACT-9] the drill finds what a file has too little or too much beside its log", () => {
  const one = (text: string) => [expect.stringContaining(text)];
  expect(foundInFile("DELETE FROM log_index WHERE seq = 4")).toEqual(one("[LOG-4] log_index lacks 4 "));
  expect(foundInFile("INSERT INTO log_index (scope, key, seq) VALUES ('_x', 'y', 3)")).toEqual(
    one("[LOG-4] log_index has 3 "),
  );
  expect(foundInFile("DELETE FROM state WHERE scope = 'ana'")).toEqual(one("[LOG-3] the state lacks "));
  expect(foundInFile("UPDATE state SET revision = 3 WHERE scope = 'ana'")).toEqual(one("[LOG-3] "));
  expect(foundInFile("DELETE FROM answers WHERE key = 'ana.2'")).toEqual(one("[ACT-9] ana.2 is done and "));
  expect(foundInFile("UPDATE answers SET seq = 3 WHERE key = 'ana.2'")).toEqual(
    one("[ACT-9] the kept answer "),
  );
});
