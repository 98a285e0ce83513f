import type { Room, ViewDefinition } from "../../src/client/main.ts";

/** Gives a room what its page has something to show of, and answers its agent. */
export async function furnish(room: Room): Promise<Room> {
  const ana = await room.join({ id: "ana", state: { mood: "curious" } });
  const key = { type: "string", required: true };
  await room.registerAction({
    id: "set",
    params: { key, value: { type: "any" } },
    writes: [{ key: "${params.key}", value: "${params.value}" }],
  });
  await room.registerAction({
    id: "drop",
    params: { key },
    writes: [{ key: "${params.key}", delete: true }],
  });
  await room.registerAction({
    id: "launch",
    description: "Leave the ground",
    if: "state._shared.ready == true",
    params: {
      crew: { type: "integer", minimum: 1, required: true },
      speed: { type: "string", enum: ["slow", "fast"] },
    },
    writes: [{ key: "launched", value: "params", expr: true }],
  });
  await room.registerAction({ id: "refuse_me", if: "false", writes: [] });
  for (const view of VIEWS) await room.registerView({ scope: "_shared", ...view });
  return ana;
}

const VIEWS: readonly ViewDefinition[] = [
  { id: "broken", expr: "1 + 'x'" },
  { id: "count", expr: "size(state._shared)", render: { type: "metric", label: "Keys", unit: "keys" } },
  {
    id: "note",
    expr: "'**bold** and [a link](https://example.org/)'",
    render: { type: "markdown", label: "Note" },
  },
  { id: "said", expr: "state._messages.map(k, state._messages[k])", render: { type: "feed", label: "Said" } },
  {
    id: "rows",
    expr: "[{'task': 'one', 'by': 'ana'}, {'task': 'two', 'by': null}]",
    render: { type: "view-table", label: "Rows" },
  },
  { id: "cells", expr: "['x', 'o', '', 'x']", render: { type: "view-grid", label: "Cells", columns: 2 } },
  { id: "bar", expr: "true", render: { type: "action-bar", label: "Bar", actions: ["launch", "refuse_me"] } },
  { id: "form", expr: "true", render: { type: "action-form", label: "Form", action: "set" } },
  {
    id: "choice",
    expr: "['mood_a', 'mood_b']",
    render: { type: "action-choice", label: "Choice", action: "drop", param: "key" },
  },
  { id: "watched", expr: "state._shared", render: { type: "watch", label: "Watched" } },
  { id: "part", expr: "'What is apart'", render: { type: "section", label: "Part", views: ["watched"] } },
  {
    id: "gated",
    expr: "1",
    enabled: "state._shared.gate == true",
    render: { type: "metric", label: "Gated" },
  },
];
