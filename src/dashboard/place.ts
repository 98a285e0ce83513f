/**
 * What of a room is shown, as the fragment of its address says: `#panel`, `#panel/item` or `#state/scope/key`. Names are
 * percent-encoded; what follows the `@` that none of them can hold is the moment.
 */
export interface Place {
  readonly panel: string;
  /** What is chosen in the panel: nothing, an id, or a scope and a key. */
  readonly item: readonly string[];
  /** The seq after `@`, as it is written; `""` is now. */
  readonly moment: string;
}

/** The place that a fragment names. One that brings a token names none: no name holds a `=`. */
export function placeOf(fragment: string): Place {
  const text = fragment.replace(/^#/, "");
  if (text.includes("=")) return { panel: "", item: [], moment: "" };
  const [path = "", moment = ""] = text.split("@");
  const [panel = "", ...item] = path.split("/").map(decoded);
  return { panel, item: item.filter((name) => name !== ""), moment };
}

/** The fragment that names a place. */
export function fragmentOf({ panel, item, moment = "" }: Partial<Place> & Pick<Place, "panel">): string {
  const path = [panel, ...(item ?? [])].map(encodeURIComponent).join("/");
  return `#${path}${moment === "" ? "" : `@${moment}`}`;
}

/** A name as it was before it was encoded; one that somebody typed wrongly stands for itself. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
