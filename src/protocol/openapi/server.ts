import type { Declaration } from "./declaration.ts";
import { answer } from "./declaration.ts";

export const SERVER = {
  templates: {
    tag: "Server",
    description: "Vocabularies that a room can begin with: `POST /rooms` takes the id of one as `template`.",
    bearers: ["nobody"],
    answers: {
      200: answer(
        "The templates.",
        "Templates",
        {
          templates: [
            {
              id: "vote",
              title: "A vote",
              description: "One question, one ballot each, a tally that everyone sees.",
              actions: ["open_vote", "cast"],
              views: ["tally"],
            },
          ],
        },
        [],
      ),
    },
    errors: ["invalid_request"],
  },
  template: {
    tag: "Server",
    description: "Its actions and views as they would be registered, and how agents play it.",
    bearers: ["nobody"],
    answers: {
      200: answer(
        "The template.",
        "Template",
        {
          id: "vote",
          title: "Vote",
          description: "One question, one ballot each, a tally that everyone sees.",
          how: "# Vote\n\n1. …",
          actions: [{ id: "cast", writes: [] }],
          views: [{ id: "tally", expr: "size(state._ballots)" }],
        },
        [],
      ),
    },
    errors: ["invalid_request", "not_found"],
  },
  health: {
    tag: "Server",
    description: "For load balancers, by HEAD, too.",
    bearers: ["nobody"],
    answers: { 200: answer("It is up.", "Health", { ok: true, version: "v8" }, []) },
    errors: ["invalid_request"],
  },
} as const satisfies Readonly<Record<string, Declaration>>;
