import { createRoom } from "../../client/main.ts";
import { defineCommand } from "../command.ts";
import { EXIT, UsageError } from "../faults.ts";
import { quoted } from "../hints.ts";
import { STAY, tellInUse } from "../in-use.ts";
import { objectSource } from "../input.ts";
import { table } from "../table.ts";
import { plain, valueText } from "../text.ts";

export const JOIN_MODES = ["token", "open"] as const;
const meta = { kind: "text", value: "json", about: "facts about the room: JSON, a file or -" } as const;

export const create = defineCommand({
  name: "create",
  summary: "Create a room, and keep its token as a profile",
  operations: ["createRoom"],
  args: [],
  options: {
    id: { kind: "text", about: "its id; without it a new one" },
    template: { kind: "text", value: "id", about: "the vocabulary to begin with: see `sync templates`" },
    join: { kind: "text", choices: JOIN_MODES, about: "who may join" },
    meta,
    save: { kind: "text", value: "name", about: "the profile's name; without it the room's id" },
    ...STAY,
    "show-token": { kind: "flag", about: "show its room, view and join token" },
  },
  example: "sync create --id demo --template task-queue",
  notes: `Its profile is in use from then on, unless --stay is said. With --json the answer has the room's tokens.
Where the server asks for a create token, it is in SYNC_CREATE_TOKEN.`,
  async run({ options: { id, template, join, save, ...options }, session, output, signal }) {
    if (session.saidRoom !== undefined) {
      throw new UsageError(
        "--room chooses a room that there is: the one to make is named by --id.",
        `sync create --id ${quoted(session.saidRoom)}`,
      );
    }
    const server = await session.server();
    const about = options.meta === undefined ? undefined : await objectSource("--meta", options.meta);
    const createToken = session.createToken();
    await session.mayKeep();
    const made = await createRoom(server, { id, template, join, meta: about, createToken, signal });
    const held = { server, room: made.id, token: made.token, agent: null };
    const kept = await session.keep(held, save ?? made.id, !options.stay);
    const tokens = { token: made.token, view_token: made.viewToken, join_token: made.joinToken };
    const told = { id: made.id, server, profile: kept.name, in_use: kept.current };
    output.answer({ ...told, ...tokens }, () => {
      const shown = Object.entries(options["show-token"] ? tokens : {});
      const rows = [["room", made.id], ["server", server], ["profile", kept.name], ...shown];
      return table(rows.map(([name = "", value = ""]) => [output.cell("dim", name), plain(value)]));
    });
    tellInUse(kept, output);
    const there = kept.current === kept.name ? "" : ` --profile ${quoted(kept.name)}`;
    output.tell(
      `Next: \`sync join <agent>${there}\`, or invite others: \`sync tokens mint join --show-token${there}\`.`,
    );
    return EXIT.done;
  },
});

export const info = defineCommand({
  name: "info",
  summary: "What the room is",
  operations: ["getRoom"],
  args: [],
  options: {},
  example: "sync info",
  async run({ session, output, signal }) {
    const answer = await (await session.room()).info({ signal });
    output.answer(answer, () => fieldsText(answer, (name) => output.cell("dim", name)));
    return EXIT.done;
  },
});

export const stats = defineCommand({
  name: "stats",
  summary: "What the room costs: what it holds and what it did since it was loaded (room token)",
  operations: ["stats"],
  args: [],
  options: {},
  example: "sync stats",
  async run({ session, output, signal }) {
    const answer = await (await session.room()).stats({ signal });
    const { log, state, memory, activity, seq: _, ...counts } = answer;
    const { scopes, ...sums } = state;
    const largest = Object.fromEntries(scopes.slice(0, 5).map(({ scope, chars }) => [scope, chars]));
    const rows = { ...counts, log, state: sums, largest, ...memory, ...activity };
    output.answer(answer, () => fieldsText(rows, (name) => output.cell("dim", name)));
    return EXIT.done;
  },
});

export const update = defineCommand({
  name: "update",
  summary: "Change the room's settings (room token)",
  operations: ["updateRoom"],
  args: [],
  options: {
    meta,
    join: { kind: "text", choices: JOIN_MODES, about: "who may join" },
    config: {
      kind: "text",
      value: "json",
      about: "settings by name, null takes one back: JSON, a file or -",
    },
  },
  example: `sync update --config '{"retention": {"days": 30}}'`,
  async run({ options: { meta, join, config }, session, output, signal }) {
    if ((meta ?? join ?? config) === undefined) {
      throw new UsageError(
        "There is nothing to change: say --meta, --join or --config.",
        "sync update --help",
      );
    }
    const change = {
      ...(meta === undefined ? {} : { meta: await objectSource("--meta", meta) }),
      ...(join === undefined ? {} : { join }),
      ...(config === undefined ? {} : { config: await objectSource("--config", config) }),
    };
    const answer = await (await session.room()).update(change, { signal });
    output.answer(answer, () => fieldsText(answer, (name) => output.cell("dim", name)));
    return EXIT.done;
  },
});

export const deletion = defineCommand({
  name: "delete",
  summary: "Delete the room and all that it holds (room token)",
  operations: ["deleteRoom"],
  args: [{ name: "id", about: "the room's id, to be sure" }],
  options: {},
  example: "sync delete demo",
  notes: "Nothing brings it back, unless it was exported. Profiles of the room are forgotten.",
  async run({ args, session, output, signal }) {
    const { server, room } = await session.target();
    if (args.id !== room && room !== undefined) {
      throw new UsageError(
        `The room chosen is ${room}, not ${args.id}.`,
        `sync delete ${args.id} --room ${args.id}`,
      );
    }
    await (await session.room()).delete({ signal });
    await session.forget(server, args.id);
    output.answer({ deleted: true, id: args.id }, () => `Room ${plain(args.id)} is deleted.`);
    return EXIT.done;
  },
});

/** One field a line. */
export function fieldsText(answer: object, label: (name: string) => { text: string; shown: string }): string {
  const rows = Object.entries(answer).map(([name, value]) => [
    label(name),
    typeof value === "string" ? plain(value) : valueText(value, 200),
  ]);
  return table(rows);
}
