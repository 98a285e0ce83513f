import type { Json } from "../../client/main.ts";
import { isJsonObject } from "../live/json-object.ts";

/** How a room wants its page to be. */
export interface Layout<Panel> {
  readonly title: string | null;
  /** All that there are. */
  readonly panels: readonly Panel[];
  /** The one that is shown first. */
  readonly home: Panel | undefined;
}

/**
 * The layout that `_config.dashboard` asks for [DASH-10]: panels that it does not name follow those that it does. What is
 * none of this is passed over: rooms of the original system bring settings of another kind.
 */
export function layoutOf<Panel extends { readonly id: string }>(
  setting: Json | undefined,
  known: readonly Panel[],
): Layout<Panel> {
  const { title, panels, home } = isJsonObject(setting) ? setting : {};
  const ids = Array.isArray(panels) ? panels : [];
  const named = ids.flatMap((id) => known.find((panel) => panel.id === id) ?? []);
  const all = [...new Set([...named, ...known])];
  return {
    title: typeof title === "string" && title.trim() !== "" ? title : null,
    panels: all,
    home: all.find(({ id }) => id === home) ?? all[0],
  };
}
