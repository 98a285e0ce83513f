import { SyncError } from "../client/main.ts";
import { EXIT, UsageError } from "./faults.ts";
import type { HintPrefixes } from "./hints.ts";
import { quoted, translateHint } from "./hints.ts";
import type { Output } from "./output.ts";
import { plain } from "./text.ts";
import { faultLines, unmetLines } from "./unmet-text.ts";

/** What there is to say of a failure. */
interface Told {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  /** A command that would work, or would show why it does not. */
  readonly next?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What the next command begins with, which leaves out an agent that is in doubt. */
export type Prefixes = (isAgentInDoubt: boolean) => HintPrefixes;

/** What a failed command ends with. */
export function exitCodeOf(error: unknown, signal: AbortSignal): number {
  if (signal.aborted) return EXIT.interrupted;
  if (error instanceof UsageError) return EXIT.usage;
  if (!SyncError.is(error)) return EXIT.unexpected;
  const isServersFault =
    error.status === 0 || (error.status >= 500 && error.status !== 507) || error.code === "bad_answer";
  return isServersFault ? EXIT.unexpected : EXIT.refused;
}

/** Tells on stderr what went wrong and what to do next: to people in lines, to machines as one of JSON. */
export function tellFault(error: unknown, output: Output, prefixes: Prefixes): void {
  const told = toldOf(error, prefixes);
  if (output.json) {
    const { code, details, ...rest } = told;
    output.stderr.write(`${JSON.stringify({ error: code, ...rest, ...details })}\n`);
    return;
  }
  const paint = (style: "red" | "dim" | "cyan", text: string) => output.paint(style, text, output.stderr);
  output.stderr.write(`${paint("red", told.code)}: ${plain(told.message)}\n`);
  const { faults, unmet } = told.details ?? {};
  for (const line of [...faultLines(faults), ...unmetLines(unmet)]) output.stderr.write(`  ${plain(line)}\n`);
  if (told.hint) output.stderr.write(`${paint("dim", "hint:")} ${plain(told.hint)}\n`);
  if (told.next) output.stderr.write(`${paint("dim", "try: ")} ${paint("cyan", plain(told.next))}\n`);
}

function toldOf(error: unknown, prefixesOf: Prefixes): Told {
  if (error instanceof UsageError) return { code: "usage", message: error.message, next: error.next };
  if (!SyncError.is(error)) {
    return { code: "unexpected", message: error instanceof Error ? error.message : String(error) };
  }
  const { code, message, details } = error;
  const prefixes = prefixesOf(SyncError.is(error, "agent_not_found", "identity_mismatch"));
  const hint = translateHint(error.hint ?? "", prefixes);
  const next = hint.command ?? nextCommand(error, prefixes);
  return { code, message, hint: hint.text || undefined, next, details };
}

/** What to do about a refusal whose hint names no whole command. */
function nextCommand({ code, help, details }: SyncError, { room, server }: HintPrefixes): string | undefined {
  if (code === "authentication_required" || code === "invalid_token") return "sync profiles list";
  if (code === "room_exists") return `${server} create`;
  if (code === "precondition_failed" && typeof details.action === "string") {
    return `${room} wait ${quoted(`actions[${JSON.stringify(details.action)}].available`)}`;
  }
  return help === undefined ? undefined : `${room} guide ${help}`;
}
