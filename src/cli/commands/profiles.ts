import { defineCommand } from "../command.ts";
import { EXIT, UsageError } from "../faults.ts";
import { nearest } from "../nearest.ts";
import type { Profiles } from "../profiles.ts";
import { isOwner } from "../session.ts";
import { table } from "../table.ts";
import { plain } from "../text.ts";

const name = { name: "profile", about: "its name", completes: "profiles" } as const;

export const profilesList = defineCommand({
  name: "profiles list",
  summary: "The rooms that this machine has a token for",
  operations: [],
  args: [],
  options: { "show-token": { kind: "flag", about: "show the tokens, too" } },
  example: "sync profiles",
  notes: "They are kept in $XDG_CONFIG_HOME/sync/profiles.json, or ~/.config/sync, which only you can read.",
  async run({ options, session: { profiles }, output }) {
    const current = profiles.current();
    const all = [...profiles.all()];
    const told = all.map(([profile, { token, ...kept }]) => ({
      profile,
      current: profile === current,
      ...kept,
      holds: holdsText(token),
      ...(options["show-token"] ? { token } : {}),
    }));
    output.answer(told, () =>
      table(
        told.map((row) => [
          output.cell("green", row.current ? "*" : " "),
          output.cell("cyan", plain(row.profile)),
          plain(row.agent ?? row.holds),
          plain(row.room),
          plain(row.server),
          ...("token" in row ? [plain(row.token ?? "")] : []),
        ]),
      ),
    );
    if (all.length === 0) output.note("There are none yet: `sync create` and `sync join` make them.");
    return EXIT.done;
  },
});

export const profilesUse = defineCommand({
  name: "profiles use",
  summary: "Choose the profile that commands use",
  operations: [],
  args: [name],
  options: {},
  example: "sync profiles use demo",
  async run({ args, session: { profiles }, output }) {
    checkName(profiles, args.profile);
    await profiles.use(args.profile);
    output.answer({ current: args.profile }, () => `${plain(args.profile)} is used from now on.`);
    return EXIT.done;
  },
});

export const profilesRemove = defineCommand({
  name: "profiles remove",
  summary: "Forget a profile and its token",
  operations: [],
  args: [name],
  options: {},
  example: "sync profiles remove ana@demo",
  notes: "The token goes on being good: `sync tokens revoke` or `sync agent leave` ends it.",
  async run({ args, session: { profiles }, output }) {
    checkName(profiles, args.profile);
    await profiles.remove([args.profile]);
    output.answer({ removed: args.profile }, () => `${plain(args.profile)} is forgotten.`);
    return EXIT.done;
  },
});

/** Whose token it is, as its prefix says. */
function holdsText(token: string): string {
  return isOwner({ token }) ? "(room)" : `(${token.slice(0, token.indexOf("_"))})`;
}

function checkName(profiles: Profiles, profile: string): void {
  const names = [...profiles.all().keys()];
  if (names.includes(profile)) return;
  const near = nearest(profile, names);
  const meant = near === undefined ? "" : ` Did you mean ${near}?`;
  throw new UsageError(`There is no profile ${profile}.${meant}`, "sync profiles");
}
