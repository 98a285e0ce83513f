import type { Json } from "../../../client/main.ts";
import type { PanelProps } from "../../live/panel-props.ts";
import type { Render, Snapshot } from "../../live/snapshot.ts";

/** A view that asks to be shown, as it is now. */
export interface Surface {
  readonly id: string;
  readonly label: string;
  readonly render: Render;
  readonly value: Json;
}

/** What every kind of surface is given. */
export interface SurfaceProps extends PanelProps {
  readonly surface: Surface;
}

/** Surfaces under one heading. */
export interface Group {
  readonly section: Surface | null;
  readonly surfaces: readonly Surface[];
}

/**
 * The surfaces of a room in order of registration: a section takes the views that it names, or else those that follow it.
 * A view that is hidden now is none.
 */
export function groupsOf(snapshot: Snapshot): Group[] {
  const all = surfacesOf(snapshot);
  const named = new Set(all.filter(isSection).flatMap(({ render }) => textsOf(render.views)));
  const groups: { section: Surface | null; surfaces: Surface[] }[] = [{ section: null, surfaces: [] }];
  for (const surface of all) {
    if (isSection(surface)) {
      const wanted = textsOf(surface.render.views);
      const members = wanted.flatMap((id) => all.filter((each) => each.id === id && !isSection(each)));
      groups.push({ section: surface, surfaces: members });
      if (wanted.length > 0) groups.push({ section: null, surfaces: [] });
    } else if (!named.has(surface.id)) groups.at(-1)?.surfaces.push(surface);
  }
  return groups.filter(({ section, surfaces }) => section !== null || surfaces.length > 0);
}

function surfacesOf({ views, viewRecords }: Snapshot): Surface[] {
  return Object.entries(viewRecords).flatMap(([id, { render }]) => {
    const value = Object.hasOwn(views, id) ? views[id] : undefined;
    if (render === undefined || value === undefined) return [];
    return [{ id, label: textOf(render.label) ?? id, render, value }];
  });
}

function isSection({ render }: Surface): boolean {
  return render.type === "section";
}

/** An option that is a text. */
export function textOf(option: Json | undefined): string | null {
  return typeof option === "string" ? option : null;
}

/** An option that is a list of texts. */
export function textsOf(option: Json | undefined): string[] {
  return Array.isArray(option) ? option.filter((each) => typeof each === "string") : [];
}

/** An option that is a whole number of things. */
export function countOf(option: Json | undefined, otherwise: number): number {
  return typeof option === "number" && option > 0 ? Math.floor(option) : otherwise;
}
