import { useCallback, useEffect, useState } from "preact/hooks";
import type { Place } from "./place.ts";
import { fragmentOf, placeOf } from "./place.ts";

/** ms without a further change until the address says it: browsers refuse to write one at each step of a scrubber. */
const SETTLED_MS = 250;

/** The place that the address names, and a way to another time of the same panel. */
export function usePlace(): readonly [Place, (at: number | null) => void] {
  const [place, setPlace] = useState(() => placeOf(location.hash));
  useEffect(() => {
    const change = () => setPlace(placeOf(location.hash));
    addEventListener("hashchange", change);
    return () => removeEventListener("hashchange", change);
  }, []);
  useEffect(() => {
    const timer = setTimeout(() => {
      const fragment = fragmentOf(place);
      if (location.hash !== fragment) history.replaceState(null, "", location.pathname + fragment);
    }, SETTLED_MS);
    return () => clearTimeout(timer);
  }, [place]);
  const goTo = useCallback((at: number | null) => setPlace(({ panel }) => ({ panel, at })), []);
  return [place, goTo];
}
