import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { parseArgs } from "node:util";

/** Imports a dump of the original system into a running server, and says what became of it and how to move on. */
const USAGE = `npm run migrate -- <dump.json> [--server URL] [--room id] [--token room token]

Creates the room that the dump is of (SYNC_CREATE_TOKEN is sent where creating takes a token) and imports the dump into it.
With --token the room is there already, with nothing in it but its creation.`;

interface Options {
  readonly file: string;
  readonly server: string;
  readonly room: string;
  readonly token: string | undefined;
}

interface Aside {
  readonly table: string;
  readonly key: string;
  readonly reason: string;
  readonly live: boolean;
}

/** What the import answers, as far as it is printed. */
interface Report {
  readonly phase: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly events: number;
  readonly entries: number;
  readonly left_out: Readonly<Record<string, number>>;
  readonly aside_count: number;
  readonly aside: readonly Aside[];
  readonly private_messages: number;
}

async function options(): Promise<Options> {
  const flags = { server: { type: "string" }, room: { type: "string" }, token: { type: "string" } } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options: flags });
  const file = positionals[0];
  if (file === undefined) throw new Error(USAGE);
  const { server = "http://127.0.0.1:8787", token } = values;
  return { file, server, room: values.room ?? (await roomOf(file)), token };
}

/** The id of the only room that a dump is of. */
async function roomOf(file: string): Promise<string> {
  const dump = JSON.parse(await readFile(file, "utf8")) as { tables?: { rooms?: { id?: string }[] } };
  const [room, other] = dump.tables?.rooms ?? [];
  if (room?.id === undefined) throw new Error(`${file} has no row in tables.rooms.`);
  if (other) throw new Error(`${file} is of more than one room: say which with --room.`);
  return room.id;
}

async function answerOf(response: Response): Promise<Record<string, unknown>> {
  const body = (await response.json()) as Record<string, unknown>;
  if (response.ok) return body;
  const { error, message, hint = "", ...details } = body;
  const more = JSON.stringify(details).slice(0, 500);
  throw new Error(`${response.status} ${String(error)}: ${String(message)} ${String(hint)}\n${more}`);
}

/** Creates the room, prints its tokens, and answers its room token. */
async function create({ server, room }: Options): Promise<string> {
  const secret = process.env.SYNC_CREATE_TOKEN;
  const headers = secret ? { Authorization: `Bearer ${secret}` } : {};
  const body = JSON.stringify({ id: room });
  const created = await answerOf(await fetch(`${server}/rooms`, { method: "POST", headers, body }));
  console.log(`created the room ${room}. Its new tokens, shown once:`);
  for (const name of ["token", "view_token", "join_token"])
    console.log(`  ${name}: ${String(created[name])}`);
  return String(created.token);
}

/** The file as a stream, with a line of progress for each tenth of it. */
async function* progress(file: string): AsyncGenerator<Uint8Array> {
  const { size } = await stat(file);
  let [sent, told] = [0, 0];
  for await (const chunk of createReadStream(file) as AsyncIterable<Uint8Array>) {
    yield chunk;
    sent += chunk.byteLength;
    const tenth = Math.floor((10 * sent) / size);
    if (tenth > told) console.log(`sent ${tenth * 10}% of ${(size / 1024).toFixed(0)} KiB`);
    told = tenth;
  }
}

async function send({ file, server, room }: Options, token: string): Promise<Report> {
  const response = await fetch(`${server}/rooms/${encodeURIComponent(room)}/import`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: ReadableStream.from(progress(file)),
    duplex: "half",
  } as RequestInit);
  return (await answerOf(response)) as unknown as Report;
}

function print(report: Report): void {
  const { phase, counts, events, entries, left_out, aside, aside_count, private_messages } = report;
  const listed = (numbers: Readonly<Record<string, number>>) =>
    Object.entries(numbers)
      .map(([name, count]) => `${count} ${name}`)
      .join(", ");
  console.log(`\nimported in phase ${phase}: ${listed(counts)}`);
  console.log(`  ${events} old events, ${entries} entries`);
  if (Object.keys(left_out).length > 0) console.log(`  left out: ${listed(left_out)}`);
  if (private_messages > 0)
    console.log(`  messages that show what was written into private scopes: ${private_messages}`);
  console.log(
    aside_count === 0 ? "  every row came over" : `  rows with something to say of them: ${aside_count}`,
  );
  for (const { table, key, reason, live } of aside) {
    console.log(`    ${live ? "in the room" : "kept aside"}: ${table} ${JSON.stringify(key)}: ${reason}`);
  }
}

/** What comes after an import. */
function nextSteps({ phase }: Report, { server, room }: Options): string {
  if (phase === "v8") return "\nThe room had no entity tables: nothing is left to do.";
  const call = `curl -s ${server}/rooms/${room}/migration -H "Authorization: Bearer $TOKEN"`;
  return `
Its old bearer strings and its new tokens work now. See how it stands, and move it on:
  ${call}
  ${call} -d '{"to": "${phase === "legacy" ? "dual" : "validated"}"}'
docs/legacy.md says what each step does.`;
}

try {
  const asked = await options();
  const report = await send(asked, asked.token ?? (await create(asked)));
  print(report);
  console.log(nextSteps(report, asked));
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exit(1);
}
