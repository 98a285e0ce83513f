import type { Hono } from "hono";
import type { RouteContext, RouteEnv } from "../auth/route-env.ts";
import { builtinHelp, HELP_INDEX } from "../help/texts.ts";
import { refuse } from "../kernel/errors.ts";
import { suggest } from "../kernel/suggestion.ts";
import llms from "../pages/llms.md";
import reference from "../pages/reference.md";
import skill from "../pages/skill.md";
import { refusalResponse, textResponse } from "../protocol/responses.ts";
import { TEMPLATES } from "../templates/templates.ts";
import { resource } from "./resource.ts";

/** The pages for language models: Markdown, with this server's own URL in every link and example [PAGE-1]. */
export function pageRoutes(app: Hono<RouteEnv>): void {
  resource(app, "/llms.txt", { GET: (c) => textResponse("text/plain", filled(llms, c)) });
  resource(app, "/SKILL.md", { GET: (c) => textResponse("text/markdown", filled(skill, c)) });
  resource(app, "/reference/:doc", { GET: referencePage });
}

/** The built-in text of a help key, as it is; `index` lists the keys. */
function referencePage(c: RouteContext): Response {
  const doc = c.req.param("doc") ?? "";
  const text = doc === "index" ? filled(reference, c) : builtinHelp(doc);
  if (text !== undefined) return textResponse("text/markdown", text);
  const { refusal } = refuse(
    "help_key_not_found",
    `There is no page ${JSON.stringify(doc)} in the reference.`,
    {
      hint: "GET /reference/index lists the pages.",
    },
  );
  const unknown = { path: "doc", from: doc, among: ["index", ...HELP_INDEX.map(({ key }) => key)] };
  return refusalResponse(suggest(refusal, unknown, (to) => `GET /reference/${to}.`));
}

/** A page with its placeholders filled: where the server is, and what there is on it. */
function filled(page: string, c: RouteContext): string {
  const { origin } = new URL(c.req.url);
  const values: Readonly<Record<string, string>> = {
    origin,
    templates: [...TEMPLATES.keys()].map((id) => `\`${id}\``).join(", "),
    template_list: listed(
      "templates",
      [...TEMPLATES.values()].map(({ id, description }) => [id, description]),
    ),
    reference_list: listed(
      "reference",
      HELP_INDEX.map(({ key, summary }) => [key, summary]),
    ),
  };
  return page.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? "");

  function listed(folder: string, items: readonly (readonly [string, string])[]): string {
    return items.map(([name, summary]) => `- [${name}](${origin}/${folder}/${name}): ${summary}`).join("\n");
  }
}
