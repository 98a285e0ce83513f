import type { z } from "zod";
import type { Result } from "../kernel/errors.ts";
import { refuse, succeed } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";
import { suggest } from "../kernel/suggestion.ts";
import type { ContextShape } from "./context-shape.ts";
import { INCLUDABLE_SCOPES, SECTIONS } from "./context-shape.ts";
import type { contextQuery } from "./requests.ts";

type Query = Omit<z.output<typeof contextQuery>, "agent">;

const NOT_ECHOED = new Set(["agent", "compact", "condition", "timeout", "type", "id"]);

function isSection(name: string): boolean {
  return (SECTIONS as readonly string[]).includes(name);
}

function isIncludable(name: string): boolean {
  return (INCLUDABLE_SCOPES as readonly string[]).includes(name);
}

/** The shape that a query asks for; `raw` is the query as it was sent, which `_context.request` repeats [CTX-6]. */
export function contextShape(query: Query, raw: Readonly<Record<string, unknown>>): Result<ContextShape> {
  const unknown = unknownNames(query);
  if (unknown.length > 0) {
    const message = `There is no section or scope ${unknown.join(", ")} to ask for.`;
    const { refusal } = refuse("invalid_request", message, {
      hint: `only and expand take ${SECTIONS.join(", ")} or state.<scope>; include takes ${INCLUDABLE_SCOPES.join(", ")}.`,
      details: { faults: unknown.map((name) => ({ path: name, problem: "is unknown" })) },
    });
    const among = [...SECTIONS, ...INCLUDABLE_SCOPES];
    const first = { path: "query", from: unknown[0] ?? "", among };
    return { ok: false, refusal: suggest(refusal, first, (to) => `Ask for ${to}.`) };
  }
  return succeed({
    only: query.only ?? null,
    depth: query.depth ?? "lean",
    include: (query.include ?? []).filter(isIncludable),
    messages_after: query.messages_after ?? null,
    messages_limit: query.messages_limit ?? LIMITS.messagesPerReadDefault,
    since: query.since ?? null,
    budget: query.elision === "none" ? null : (query.budget ?? null),
    expand: query.expand ?? [],
    meta: query.meta ?? false,
    messages: query.messages ?? true,
    actions: query.actions ?? true,
    request: Object.fromEntries(Object.entries(raw).filter(([name]) => !NOT_ECHOED.has(name))),
  });
}

function unknownNames({ only = [], include = [], expand = [] }: Query): string[] {
  const parts = [...only, ...expand];
  const wrongSections = parts.filter((name) => !isSection(name) && !name.startsWith("state."));
  return [...wrongSections, ...include.filter((name) => !isIncludable(name) && !isSection(name))];
}

/** The sections that a wait's `include=` names, or null for the whole context [WAIT-2]. */
export function includedSections({ include = [] }: Query): readonly string[] | null {
  const sections = include.filter(isSection);
  return sections.length > 0 ? sections : null;
}
