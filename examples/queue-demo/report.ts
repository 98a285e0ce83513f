import type { LogEvent, Room } from "../../src/client/main.ts";
import type { Count } from "./files.ts";
import { count, sourceFiles } from "./files.ts";
import type { Note } from "./process.ts";
import type { Words } from "./vocabulary.ts";

/** What the room's log says of every task. */
export interface History {
  readonly events: readonly LogEvent[];
  /** Every accepted write of a result, by task. */
  readonly results: ReadonlyMap<string, readonly { readonly by: string | null; readonly value: Count }[]>;
  readonly files: ReadonlyMap<string, string>;
  readonly reclaimed: readonly string[];
}

/** Reads the whole log. */
export async function readHistory(room: Room<Words>): Promise<History> {
  const events: LogEvent[] = [];
  for await (const event of room.log()) events.push(event);
  const results = new Map<string, { by: string | null; value: Count }[]>();
  const files = new Map<string, string>();
  const reclaimed: string[] = [];
  for (const { agent, payload } of events) {
    if (!payload.ok) continue;
    for (const write of payload.writes) {
      if ("hidden" in write) continue;
      const { scope, key, op, value } = write;
      if (scope === "_results" && op !== "delete") {
        results.set(key, [...(results.get(key) ?? []), { by: agent, value: value as unknown as Count }]);
      }
      if (payload.action === "post_task") files.set(key, (value as { file: string }).file);
      if (payload.action === "reclaim" && op === "delete") reclaimed.push(key);
    }
  }
  return { events, results, files, reclaimed };
}

/** What is wrong with the work: nothing, if every file has one result and each is what a direct count says. */
export function faults({ results, files, reclaimed }: History, killed: string): string[] {
  const wrong: string[] = [];
  const posted = [...files.values()].sort();
  if (posted.join("\n") !== sourceFiles().join("\n")) wrong.push("the tasks are not the files");
  for (const [key, file] of files) {
    const written = results.get(key) ?? [];
    if (written.length !== 1) wrong.push(`${file} has ${written.length} results`);
    const direct = count(file);
    const [first] = written;
    if (first?.value.lines !== direct.lines || first.value.imports !== direct.imports) {
      wrong.push(`${file} was counted wrong`);
    }
  }
  if (reclaimed.length === 0) wrong.push("no task of the killed worker was reclaimed");
  for (const key of reclaimed) {
    if (results.get(key)?.[0]?.by === killed) wrong.push(`task ${key} was done by the worker that had died`);
  }
  return wrong;
}

/** The table that the demo ends with. */
export function report(history: History, notes: readonly Note[], killed: string, seconds: number): string {
  const done = [...history.results.values()].flat();
  const workers = [...new Set(notes.flatMap((note) => ("by" in note ? [note.by] : [])))].sort();
  const lines = workers
    .filter((worker) => worker !== "coordinator")
    .map((worker) => {
      const tasks = done.filter(({ by }) => by === worker).length;
      const lost = notes.filter((note) => note.note === "lost_claim" && note.by === worker).length;
      const end = worker === killed ? "  killed while it held a task" : "";
      return `${worker.padEnd(12)}${String(tasks).padStart(8)}${String(lost).padStart(14)}${end}`;
    });
  const totals = done.reduce(
    (sum, { value }) => ({ lines: sum.lines + value.lines, imports: sum.imports + value.imports }),
    { lines: 0, imports: 0 },
  );
  const rescued = history.reclaimed.map((key) => `task ${key} by ${history.results.get(key)?.[0]?.by}`);
  return [
    `${"".padEnd(12)}${"tasks".padStart(8)}${"lost claims".padStart(14)}`,
    ...lines,
    "",
    `${history.files.size} files, ${totals.lines} lines, ${totals.imports} imports, in ${seconds.toFixed(1)} s`,
    `reclaimed and done by another: ${rescued.join(", ") || "none"}`,
    `events in the log: ${history.events.length}`,
    `invoke:        ${quantiles(invocations(notes))}`,
    `write to wake: ${quantiles(wakes(notes))}   from sending a task to the answer of a wait that it woke`,
  ].join("\n");
}

function invocations(notes: readonly Note[]): number[] {
  return notes.flatMap((note) => (note.note === "invoked" ? [note.ms] : []));
}

/** Waits that were open when the write that ended them was sent. */
function wakes(notes: readonly Note[]): number[] {
  const posted = new Map(
    notes.flatMap((note) => (note.note === "posted" ? [[note.seq, note.sentAt] as const] : [])),
  );
  return notes.flatMap((note) => {
    const sent = note.note === "woken" ? posted.get(note.seq) : undefined;
    return note.note === "woken" && sent !== undefined && note.sentAt < sent ? [note.at - sent] : [];
  });
}

function quantiles(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
  return `p50 ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms (${sorted.length})`;
}
