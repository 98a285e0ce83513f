import { defineCommand } from "../command.ts";
import { EXIT, UsageError } from "../faults.ts";
import { table } from "../table.ts";
import { plain } from "../text.ts";

const KINDS = ["room", "agent", "view", "join"] as const;

export const tokensList = defineCommand({
  name: "tokens list",
  summary: "What tokens the room has, never the tokens themselves (room token)",
  operations: ["listTokens"],
  args: [],
  options: {},
  example: "sync tokens",
  async run({ session, output, signal }) {
    const tokens = await (await session.room()).listTokens({ signal });
    const rows = tokens.map(({ id, kind, agent, label, created_at, expires_at }) => [
      output.cell("cyan", plain(id)),
      kind,
      plain(agent ?? ""),
      plain(label ?? ""),
      output.cell("dim", created_at),
      expires_at === undefined ? "" : `until ${expires_at}`,
    ]);
    output.answer(tokens, () => table(rows));
    return EXIT.done;
  },
});

export const tokensMint = defineCommand({
  name: "tokens mint",
  summary: "Mint a token (room token)",
  operations: ["mintToken"],
  args: [{ name: "kind", about: "one of", choices: KINDS }],
  options: {
    agent: { kind: "text", value: "id", about: "whose it is; required for kind agent" },
    label: { kind: "text", about: "what to list it as" },
    "expires-in": { kind: "duration", value: "time", about: "how long it is good, such as 1h" },
    save: { kind: "text", value: "name", about: "keep it as this profile" },
    "show-token": { kind: "flag", about: "show it: nobody ever will again" },
  },
  example: "sync tokens mint join --label friends --expires-in 1h --show-token",
  async run({ args: { kind }, options, session, output, signal }) {
    const { agent, label, save } = options;
    if (!options["show-token"] && !output.json && save === undefined) {
      throw new UsageError(
        "A token is told once: say --show-token, --json or --save <profile>.",
        `sync tokens mint ${kind}${agent === undefined ? "" : ` --agent ${agent}`} --show-token`,
      );
    }
    const expiry = options["expires-in"];
    const expiresIn = expiry === undefined ? undefined : Math.ceil(expiry / 1_000);
    const room = await session.room();
    if (save !== undefined) await session.mayKeep();
    const answer = await room.mintToken({ kind, agent, label, expiresIn, signal });
    const kept = { server: room.server, room: room.id, token: answer.token, agent: agent ?? null };
    const profile = save === undefined ? {} : { profile: (await session.keep(kept, save, false)).name };
    const { token, ...record } = answer;
    const told = { ...record, ...profile, ...(options["show-token"] || output.json ? { token } : {}) };
    output.answer(told, () =>
      table(Object.entries(told).map(([name, value]) => [output.cell("dim", name), plain(String(value))])),
    );
    return EXIT.done;
  },
});

export const tokensRevoke = defineCommand({
  name: "tokens revoke",
  summary: "Revoke a token: it is good no more, at once (room token)",
  operations: ["revokeToken"],
  args: [{ name: "id", about: "the token's id, as `sync tokens` lists it" }],
  options: {},
  example: "sync tokens revoke 01J9ZK6Q2N",
  async run({ args, session, output, signal }) {
    await (await session.room()).revokeToken(args.id, { signal });
    output.answer({ revoked: true, id: args.id }, () => `${plain(args.id)} is revoked.`);
    return EXIT.done;
  },
});
