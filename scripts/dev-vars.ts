import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const FILE = ".dev.vars";

/** The local settings, with a random key to sign tokens with made on first use. The file is ignored by git. */
export function devVars(): Record<string, string> {
  if (!existsSync(FILE)) {
    const lines = [`AUTH_SECRET="${randomBytes(32).toString("base64url")}"`, 'ROOM_CREATION="open"', ""];
    writeFileSync(FILE, lines.join("\n"), { mode: 0o600 });
  }
  const lines = readFileSync(FILE, "utf8").split("\n");
  const pairs = lines
    .map((line) => /^\s*([A-Z_]+)\s*=\s*"?(.*?)"?\s*$/.exec(line))
    .filter((match) => match !== null);
  return Object.fromEntries(pairs.map(([, name, value]) => [name, value]));
}
