import { exports } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { chainText } from "../../src/kernel/chain.ts";
import type { Answer, Body, Client } from "./room.ts";

const NDJSON = { "Content-Type": "application/x-ndjson" };

/** The response of an export, its body unread. */
export async function openExport(client: Client): Promise<Response> {
  const headers = { Authorization: `Bearer ${client.token}` };
  return await exports.default.fetch(
    new Request(`http://sync.test/rooms/${client.room}/export`, { headers }),
  );
}

/** What a room exports, line by line. */
export async function exportLines(client: Client): Promise<Body[]> {
  const text = await (await openExport(client)).text();
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** The lines of an export as a body. */
export function bodyOf(lines: readonly Body[]): string {
  return `${lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n")}\n`;
}

export async function importInto(
  client: Client,
  body: BodyInit,
  headers: Record<string, string> = NDJSON,
): Promise<Answer> {
  const response = await exports.default.fetch(
    new Request(`http://sync.test/rooms/${client.room}/import`, {
      method: "POST",
      headers: { Authorization: `Bearer ${client.token}`, ...headers },
      body,
    }),
  );
  return { status: response.status, body: await response.json(), headers: response.headers };
}

/** The events of an export with chains that fit them, as whoever forges a log would make them. */
export function chained(lines: readonly Body[]): Body[] {
  let chain = lines.find((line) => line.checkpoint)?.checkpoint.chain ?? "";
  return lines.map((line) => {
    if (line.head) return { head: { ...line.head, chain } };
    if (line.seq === undefined) return line;
    chain = createHash("sha256").update(chainText(chain, line, JSON.stringify(line.payload))).digest("hex");
    return { ...line, chain };
  });
}
