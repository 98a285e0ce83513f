import type { ComponentType } from "preact";
import type { PanelProps } from "../live/panel-props.ts";
import type { Snapshot } from "../live/snapshot.ts";
import { keysOf } from "../live/snapshot.ts";
import { ActionsPanel } from "../panels/actions/actions-panel.tsx";
import { AgentsPanel } from "../panels/agents-panel.tsx";
import { ConsolePanel } from "../panels/console/console-panel.tsx";
import { LogPanel } from "../panels/log/log-panel.tsx";
import { MessagesPanel } from "../panels/messages/messages-panel.tsx";
import { StatePanel } from "../panels/state/state-panel.tsx";
import { SurfacesPanel } from "../panels/surfaces/surfaces-panel.tsx";
import { ViewsPanel } from "../panels/views-panel.tsx";
import { lazyPanel } from "./lazy-panel.tsx";

export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly show: ComponentType<PanelProps>;
  /** How many there are of what it shows. */
  readonly count?: (snapshot: Snapshot) => number;
}

const MapPanel = lazyPanel(async () => (await import("../panels/map/map-panel.tsx")).MapPanel);

const own = (names: object) => Object.keys(names).filter((name) => !name.startsWith("_")).length;

export const PANELS: readonly Panel[] = [
  { id: "surfaces", title: "Surfaces", show: SurfacesPanel },
  { id: "map", title: "Map", show: MapPanel },
  { id: "state", title: "State", show: StatePanel, count: countEntries },
  { id: "agents", title: "Agents", show: AgentsPanel, count: ({ agents }) => own(agents) },
  { id: "messages", title: "Messages", show: MessagesPanel, count: ({ messages }) => messages.length },
  {
    id: "actions",
    title: "Actions",
    show: ActionsPanel,
    count: ({ actionRecords }) => Object.keys(actionRecords).length,
  },
  {
    id: "views",
    title: "Views",
    show: ViewsPanel,
    count: ({ viewRecords }) => Object.keys(viewRecords).length,
  },
  { id: "log", title: "Log", show: LogPanel, count: ({ seq }) => seq },
  { id: "console", title: "Console", show: ConsolePanel },
];

/** Entries of what agents keep: registrations and messages are counted by their own panels. */
function countEntries({ state }: Snapshot): number {
  const shown = Object.entries(state).filter(([scope]) => !REGISTRIES.has(scope));
  return shown.reduce((sum, [, entries]) => sum + keysOf(entries).length, 0);
}

const REGISTRIES = new Set(["_actions", "_views", "_agents", "_messages", "_config"]);
