import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { translateHint } from "../../src/cli/hints.ts";

/** Pages are for a browser: no command shows them. */
const PAGE = /GET \/reference/;
const CALL = /\b(GET|POST|PATCH|DELETE) (…|\/\w)/;

const SYNC = { room: "sync", server: "sync" };

/** Every hint of a room that names a call, with something in place of what is filled in. */
function hints(): string[] {
  const folders = ["kernel", "legacy", "room", "routes", "templates"].map((part) => join("src", part));
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(folder, name)),
  );
  const texts = files.flatMap(
    (file) =>
      readFileSync(file, "utf8").match(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\n$]|\$\{[^\n]*?\}(?=[^)]))*`/g) ?? [],
  );
  const filled = texts.map((text) => {
    return text
      .slice(1, -1)
      .replace(/\$\{where\}/, "history/_views/open")
      .replace(/\$\{steps.*\}\./, '{"to":"dual"}.')
      .replace(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, "7");
  });
  return filled.filter((text) => CALL.test(text) && text.endsWith(".") && !PAGE.test(text));
}

describe("[CLI-4] hints of the room are told as commands", () => {
  it.each(hints())("%s", (sentence) => {
    const { text } = translateHint(sentence, SYNC);
    expect(text).not.toMatch(CALL);
    expect(text).toContain("`sync ");
  });

  it.each([
    [
      "Wait until it holds with GET …/wait?condition=state._shared.n%20%3E%203.",
      "sync wait 'state._shared.n > 3'",
    ],
    ['Wait with GET …/wait?condition=actions["a\'b"].available.', `sync wait 'actions["a'\\''b"].available'`],
    ["Wait with GET …/wait?condition=… until what it reads has changed.", undefined],
    ["The params of vote are in GET …/context?only=actions.", "sync context --only actions"],
    [
      "Ask for it with GET …/context?only=state.$(reboot)&since=3.",
      "sync context --only 'state.$(reboot)' --since 3",
    ],
    ['Invoke _delete_view with {"params":{"id":"a b"}}.', `sync invoke _delete_view '{"id":"a b"}'`],
    ['Invoke help with {"params":{"key":"cel"}}.', "sync guide cel"],
    ['POST …/actions/vote/invoke with {"params":{"for":"it\'s"}}.', `sync invoke vote '{"for":"it'\\''s"}'`],
    ["GET …/samples/ana.mood.", "sync samples ana.mood"],
    ['POST …/migration with {"to":"dual"} or {"to":"v8"}.', "sync migrate dual"],
    ['POST …/actions/say/invoke with {"params":{"a":"}. b","c":1}}.', undefined],
    ["Fork at 12 or later.", "sync fork --at 12"],
    ["Close one, or wait with something else.", undefined],
  ])("%s", (sentence, command) => {
    expect(translateHint(sentence, SYNC).command).toBe(command);
  });

  it("a room that is made is not the one that was chosen", () => {
    const prefixes = { room: "sync --server http://a --room r2", server: "sync --server http://a" };
    expect(translateHint("POST /rooms makes one.", prefixes).command).toBe("sync --server http://a create");
    expect(translateHint("GET …/export tells.", prefixes).command).toBe(`${prefixes.room} export`);
  });
});
