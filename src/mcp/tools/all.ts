import type { Tool } from "../tool.ts";
import { invoke, register } from "./acting.ts";
import { help } from "./help.ts";
import { look } from "./look.ts";
import { context, wait } from "./reading.ts";
import { createRoom, join } from "./rooms.ts";

/** Every tool, in the order in which they are listed. A room's actions are not among them [MCP-1]. */
export const TOOLS: readonly Tool[] = [createRoom, join, context, invoke, register, wait, look, help];
