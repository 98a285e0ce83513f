import { Room } from "../../client/main.ts";
import { defineCommand } from "../command.ts";
import { EXIT, UsageError } from "../faults.ts";
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
    "show-token": { kind: "flag", about: "show its token" },
  },
  example: `sync join ana --role researcher --state '{"mood": "curious"}' --public-keys mood`,
  notes: `Whoever is invited says the server, the room and the join token:
  SYNC_TOKEN=join_… sync join ana --server https://… --room demo`,
  async run({ args, options, session, output, signal }) {
    const { server, room } = await session.target();
    if (room === undefined) throw new UsageError("Say which room: --room or SYNC_ROOM.", "sync join --help");
    const { meta, state, views } = options;
    await session.mayKeep();
    const joined = await Room.join({
      server,
      room,
      token: await invitation(session, args.agent),
      id: args.agent,
      name: options.name,
      role: options.role,
      meta: meta === undefined ? undefined : await objectSource("--meta", meta),
      state: state === undefined ? undefined : await objectSource("--state", state),
      publicKeys: options["public-keys"].length > 0 ? options["public-keys"] : undefined,
      views: views === undefined ? undefined : ((await jsonSource("--views", views)) as object[]),
      signal,
    });
    const kept = { server, room, token: joined.token ?? "", agent: args.agent };
    const profile = await session.keep(
      kept,
      options.save ?? `${args.agent}@${room}`,
      !session.ownsCurrent(kept),
    );
    output.answer({ agent: args.agent, room, server, profile, token: kept.token }, () => {
      const rows = [
        ["agent", args.agent],
        ["room", room],
        ["profile", profile],
      ];
      const shown = options["show-token"] ? [...rows, ["token", kept.token]] : rows;
      return table(shown.map(([label = "", value = ""]) => [output.cell("dim", label), plain(value)]));
    });
    const isCurrent = session.profiles.current() === profile;
    output.note(`Next: \`sync context${isCurrent ? "" : ` --as ${args.agent}`}\`.`);
    return EXIT.done;
  },
});

/** The token to join with: another agent's own is none, and an open room takes none. */
async function invitation(session: Session, agent: string): Promise<string | undefined> {
  const { token } = await session.target();
  if (token === undefined || !token.startsWith("as_")) return token;
  return (await session.agent()) === agent ? token : undefined;
}

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
