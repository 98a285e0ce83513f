import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startServer } from "../local-server.ts";
import { furnish } from "./furnish.ts";
import { Story } from "./story.ts";
import { Transcript } from "./transcript.ts";

/**
 * npm run busy [-- --seed=<n>] [-- --markdown]: one agent works a room of 500 actions, 5,000 entries and 20 agents within
 * 4,000 tokens a read. With --markdown the transcript goes into docs/context.md, between its markers.
 */
const DOCUMENT = join(import.meta.dirname, "../../docs/context.md");
const MARKERS = /(<!-- transcript -->\n)[\s\S]*(<!-- end of transcript -->)/;
const DEADLINE_MS = 120_000;

async function main(): Promise<void> {
  const options = { seed: { type: "string", default: "6" }, markdown: { type: "boolean" } } as const;
  const { values } = parseArgs({ options });
  const server = await startServer();
  const end = async (code: number) => {
    await server.stop();
    process.exit(code);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void end(1));
  setTimeout(() => {
    console.error("The busy room did not end in time.");
    void end(1);
  }, DEADLINE_MS).unref();
  try {
    const transcript = new Transcript();
    await new Story(await furnish(server.url, Number(values.seed)), transcript).tell();
    if (values.markdown) {
      const text = readFileSync(DOCUMENT, "utf8");
      writeFileSync(
        DOCUMENT,
        text.replace(MARKERS, (_, begin, ending) => `${begin}\n${transcript.text()}\n\n${ending}`),
      );
    } else console.log(transcript.text());
  } catch (error) {
    console.error(error);
    await end(1);
  }
  await end(0);
}

await main();
