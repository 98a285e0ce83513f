import type { Furnishing } from "../kernel/decide/furnish.ts";
import type { Result } from "../kernel/errors.ts";
import { refuse, succeed } from "../kernel/errors.ts";
import type { JsonObject } from "../kernel/json.ts";
import { suggest } from "../kernel/suggestion.ts";
import blackboard from "./blackboard.json";
import lock from "./lock.json";
import review from "./review.json";
import taskQueue from "./task-queue.json";
import turnGame from "./turn-game.json";
import vote from "./vote.json";

/** A vocabulary that a room can begin with. */
export interface Template {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Markdown: how agents play it. The room serves it as its help text under the template's id. */
  readonly how: string;
  /** As `_register_action` takes them. */
  readonly actions: readonly (JsonObject & { readonly id: string })[];
  /** As `_register_view` takes them. */
  readonly views: readonly (JsonObject & { readonly id: string })[];
}

/** Every template, by its id. */
export const TEMPLATES: ReadonlyMap<string, Template> = new Map(
  [taskQueue, vote, turnGame, review, lock, blackboard].map((template) => [
    template.id,
    template as unknown as Template,
  ]),
);

/** What a room that begins with this template is created with. */
export function furnishingOf({ id, how, actions, views }: Template): Furnishing {
  return { actions, views, entries: [{ scope: "_help", key: id, value: how }] };
}

/** The template of that id, or a refusal that names the nearest. */
export function findTemplate(id: string, code: "invalid_request" | "not_found"): Result<Template> {
  const template = TEMPLATES.get(id);
  if (template) return succeed(template);
  const { refusal } = refuse(code, `There is no template ${JSON.stringify(id)}.`, {
    hint: `GET /templates describes them: ${[...TEMPLATES.keys()].join(", ")}.`,
    details: code === "invalid_request" ? { faults: [{ path: "template", problem: "is not known" }] } : {},
  });
  const unknown = { path: "template", from: id, among: TEMPLATES.keys() };
  return { ok: false, refusal: suggest(refusal, unknown, (to) => `Name the template ${to}.`) };
}
