import type { Command } from "./command.ts";
import { agentLeave, agentUpdate, join } from "./commands/agents.ts";
import { completion } from "./commands/completion.ts";
import { context } from "./commands/context.ts";
import { evaluate, guide, poll, salience } from "./commands/expressions.ts";
import { helpCommand } from "./commands/help.ts";
import { batch, invoke } from "./commands/invoke.ts";
import { log, verify } from "./commands/log.ts";
import { migrate, migration } from "./commands/migration.ts";
import { open } from "./commands/open.ts";
import { history, replay, samples } from "./commands/past.ts";
import { profilesList, profilesRemove, profilesUse } from "./commands/profiles.ts";
import { register } from "./commands/register.ts";
import { create, deletion, info, stats, update } from "./commands/rooms.ts";
import { health, templates } from "./commands/server.ts";
import { tokensList, tokensMint, tokensRevoke } from "./commands/tokens.ts";
import { exportation, fork, importation } from "./commands/transfer.ts";
import { types } from "./commands/types.ts";
import { version } from "./commands/version.ts";
import { wait } from "./commands/wait.ts";
import { watch } from "./commands/watch.ts";

/** Commands that are told of together. */
export interface Group {
  readonly title: string;
  readonly commands: readonly Command[];
}

export const GROUPS: readonly Group[] = [
  {
    title: "Take part",
    commands: [join, context, invoke, batch, register, wait, watch, evaluate, poll, salience, guide],
  },
  {
    title: "Rooms",
    commands: [create, info, stats, update, deletion, exportation, importation, fork, open, types],
  },
  { title: "The past", commands: [log, history, replay, samples, verify] },
  { title: "Agents and tokens", commands: [agentUpdate, agentLeave, tokensList, tokensMint, tokensRevoke] },
  { title: "Servers", commands: [health, templates, migration, migrate] },
  {
    title: "This machine",
    commands: [profilesList, profilesUse, profilesRemove, completion, version, helpCommand(() => GROUPS)],
  },
];

/** Every command: help, completion and usage are made from this. */
export const COMMANDS: readonly Command[] = GROUPS.flatMap(({ commands }) => commands);
