import type { MapNode } from "./room-map.ts";
import { OWN } from "./room-map.ts";
import { isTemplate } from "./write-targets.ts";

/** Scopes that are shown by a panel of their own. */
const PANELS: Readonly<Record<string, string>> = {
  _actions: "actions",
  _views: "views",
  _agents: "agents",
  _messages: "messages",
};

/** The panel that shows what a node stands for, and what is to be chosen there. `self` is whose eyes these are. */
export function panelOf(node: MapNode, self: string): readonly [panel: string, item: readonly string[]] {
  const { kind, label, scope, key } = node;
  if (kind === "action") return ["actions", [label]];
  if (kind === "view") return ["views", [label]];
  if (scope === undefined) return [moreOf(node.id), []];
  const item = kind === "key" && key !== undefined ? [key] : [];
  const panel = Object.hasOwn(PANELS, scope) ? PANELS[scope] : undefined;
  if (panel === "actions" || panel === "views") return [panel, item];
  if (panel !== undefined) return [panel, []];
  if (scope === OWN || isTemplate(scope)) return ["state", []];
  return ["state", [scope === self ? "self" : scope, ...item]];
}

function moreOf(id: string): string {
  const [, what = ""] = id.split(" ");
  return what;
}
