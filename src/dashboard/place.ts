/**
 * What of a room is shown, as the fragment of its address says: `#panel`, `#panel/item` or `#state/scope/key`. Names are
 * percent-encoded; what follows the `@` that none of them can hold is the seq after which the room is looked at.
 */
export interface Place {
  readonly panel: string;
  /** What is chosen in the panel: nothing, an id, or a scope and a key. */
  readonly item: readonly string[];
  /** The event after which; null is now. */
  readonly at: number | null;
}

/** The place that a fragment names. One that brings a token names none: no name holds a `=`. */
export function placeOf(fragment: string): Place {
  const text = fragment.replace(/^#/, "");
  if (text.includes("=")) return { panel: "", item: [], at: null };
  const [path = "", seq = ""] = text.split("@");
  const [panel = "", ...item] = path.split("/").map(decoded);
  const at = /^\d{1,15}$/.test(seq) ? Number(seq) : null;
  return { panel, item: item.filter((name) => name !== ""), at };
}

/** The fragment that names a place. */
export function fragmentOf({ panel, item, at }: Place): string {
  const path = [panel, ...item].map(encodeURIComponent).join("/");
  return `#${path}${at === null ? "" : `@${at}`}`;
}

/** A name as it was before it was encoded; one that somebody typed wrongly stands for itself. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
