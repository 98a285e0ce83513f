import { Room } from "../../client/main.ts";
import { defineCommand } from "../command.ts";
import { EXIT, UsageError } from "../faults.ts";
import { STAY, tellInUse } from "../in-use.ts";
import { jsonSource, objectSource } from "../input.ts";
import type { Session } from "../session.ts";
import { isOwner } from "../session.ts";
import { table } from "../table.ts";
import { plain } from "../text.ts";

const name = { kind: "text", value: "name", about: "how others see it" } as const;
const role = { kind: "text", value: "role", about: "what it is there for" } as const;
const meta = { kind: "text", value: "json", about: "facts about it: JSON, a file or -" } as const;

export const join = defineCommand({
  name: "join",
  summary: "Join the room as an agent, and keep its token as a profile",
  operations: ["join"],
  args: [{ name: "agent", about: "the agent's id" }],
  options: {
    name,
    role,
    meta,
    state: { kind: "text", value: "json", about: "private entries to begin with" },
    "public-keys": { kind: "list", value: "keys", about: "keys of --state that everyone may see" },
    views: { kind: "text", value: "json", about: "views of its own, by id or as a list" },
    save: { kind: "text", value: "name", about: "the profile's name; without it agent@room" },
    ...STAY,
    "show-token": { kind: "flag", about: "show its token" },
  },
  example: `sync join ana --role researcher --state '{"mood": "curious"}' --public-keys mood`,
  notes: `Whoever is invited says the server, the room and the join token:
  SYNC_TOKEN=join_… sync join ana --server https://… --room demo
The agent's profile is in use from then on, unless --stay is said or the room's own token is kept here: whoever brings
agents into their room stays who they are. With --json the answer has the agent's token.`,
  async run({ args, options, session, output, signal }) {
    const { server, room } = session.place();
    if (room === undefined) throw new UsageError("Say which room: --room or SYNC_ROOM.", "sync join --help");
    const { meta, state, views } = options;
    await session.mayKeep();
    const joined = await Room.join({
      server,
      room,
      token: await session.invitation(args.agent),
      id: args.agent,
      name: options.name,
      role: options.role,
      meta: meta === undefined ? undefined : await objectSource("--meta", meta),
      state: state === undefined ? undefined : await objectSource("--state", state),
      publicKeys: options["public-keys"].length > 0 ? options["public-keys"] : undefined,
      views: views === undefined ? undefined : ((await jsonSource("--views", views)) as object[]),
      signal,
    });
    const held = { server, room, token: joined.token ?? "", agent: args.agent };
    const goesOn = !options.stay && !session.owns(held);
    const kept = await session.keep(held, options.save ?? `${args.agent}@${room}`, goesOn);
    const told = { agent: args.agent, room, server, profile: kept.name, in_use: kept.current };
    output.answer({ ...told, token: held.token }, () => {
      const rows = [
        ["agent", args.agent],
        ["room", room],
        ["profile", kept.name],
      ];
      const shown = options["show-token"] ? [...rows, ["token", held.token]] : rows;
      return table(shown.map(([label = "", value = ""]) => [output.cell("dim", label), plain(value)]));
    });
    tellInUse(kept, output);
    output.note(`Next: \`sync context${kept.current === kept.name ? "" : ` --as ${args.agent}`}\`.`);
    return EXIT.done;
  },
});

export const agentUpdate = defineCommand({
  name: "agent update",
  summary: "Change what an agent is, or what it was granted",
  operations: ["updateAgent"],
  args: [{ name: "agent", about: "its id; without it, who calls", optional: true }],
  options: {
    name,
    role,
    meta,
    grants: {
      kind: "list",
      value: "scopes",
      about: "private scopes, or _help, that it may use (room token)",
    },
    "no-grants": { kind: "flag", about: "take all grants back (room token)" },
  },
  example: "sync agent update ben --grants ana",
  async run({ args, options, session, output, signal }) {
    const grants = options["no-grants"] ? [] : options.grants.length > 0 ? options.grants : undefined;
    const meta = options.meta === undefined ? undefined : await objectSource("--meta", options.meta);
    const change = { name: options.name, role: options.role, meta, grants };
    if (Object.values(change).every((value) => value === undefined)) {
      throw new UsageError(
        "There is nothing to change: say --name, --role, --meta or --grants.",
        "sync agent update --help",
      );
    }
    const answer = await (await session.room()).updateAgent(await whom(session, args.agent), change, {
      signal,
    });
    output.answer(answer, () => `${plain(answer.agent.id)} is changed (event ${answer.seq}).`);
    return EXIT.done;
  },
});

export const agentLeave = defineCommand({
  name: "agent leave",
  summary: "Leave the room: its id stays reserved, its tokens end",
  operations: ["leave"],
  args: [{ name: "agent", about: "its id; without it, who calls", optional: true }],
  options: {},
  example: "sync agent leave --as ana",
  async run({ args, session, output, signal }) {
    const { server, room = "" } = await session.target();
    const agent = await whom(session, args.agent);
    const answer = await (await session.room()).leave(agent, { signal });
    await session.forget(server, room, agent);
    output.answer(answer, () => `${plain(agent)} has left.`);
    return EXIT.done;
  },
});

async function whom(session: Session, named: string | undefined): Promise<string> {
  const agent = named ?? (await session.agent());
  if (agent !== undefined) return agent;
  const { token = "" } = await session.target();
  const why = isOwner({ token }) ? "A room token is nobody's" : "Whose token this is, is not known here";
  throw new UsageError(`${why}: name the agent.`, "sync context --only agents");
}
