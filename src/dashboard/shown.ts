import { signal } from "@preact/signals";
import type { Place } from "./place.ts";
import { fragmentOf, placeOf } from "./place.ts";

/** ms without a further change until the address says it: browsers refuse to write one at each step of a scrubber. */
const SETTLED_MS = 250;

/** What is shown, as the address says. */
export const shown = signal<Place>(placeOf(location.hash));

addEventListener("hashchange", () => {
  shown.value = placeOf(location.hash);
});

/** What is chosen in a panel. */
export function chosenIn(panel: string): readonly string[] {
  return shown.value.panel === panel ? shown.value.item : [];
}

/**
 * Chooses something in a panel, in this one or another, at the moment that is shown. The first choice in a panel can be
 * taken back by the browser's Back; choosing on in the same panel leaves no trail.
 */
export function choose(panel: string, item: readonly string[]): void {
  const { panel: current, item: chosen, at } = shown.value;
  const place = { panel, item, at };
  const isTurn = panel === current && (chosen.length > 0 || item.length === 0);
  if (isTurn) history.replaceState(null, "", fragmentOf(place));
  else history.pushState(null, "", fragmentOf(place));
  shown.value = place;
}

let settling: ReturnType<typeof setTimeout> | undefined;

/**
 * Shows the same at another time; null is now. The address is left alone where it names another place by then: a link that was
 * followed has changed it, and is heard of a little later.
 */
export function goTo(at: number | null): void {
  shown.value = { ...shown.value, at };
  const before = location.hash;
  clearTimeout(settling);
  settling = setTimeout(() => {
    if (location.hash === before) history.replaceState(null, "", fragmentOf(shown.value));
  }, SETTLED_MS);
}
