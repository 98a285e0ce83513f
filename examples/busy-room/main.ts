import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { withServer } from "../local-server.ts";
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

const options = { seed: { type: "string", default: "6" }, markdown: { type: "boolean" } } as const;
const { values } = parseArgs({ options });

await withServer("The busy room", DEADLINE_MS, async ({ url }) => {
  const transcript = new Transcript();
  await new Story(await furnish(url, Number(values.seed)), transcript).tell();
  if (values.markdown) {
    const text = readFileSync(DOCUMENT, "utf8");
    writeFileSync(
      DOCUMENT,
      text.replace(MARKERS, (_, begin, ending) => `${begin}\n${transcript.text()}\n\n${ending}`),
    );
  } else console.log(transcript.text());
  return true;
});
