import { useEffect, useState } from "preact/hooks";
import type TimeBar from "./time-bar.tsx";

/** The bar, which is loaded when it is first opened. Closing it leads back to now. */
export function useTimeBar(at: number | null, onGo: (at: number | null) => void) {
  const [isWanted, setWanted] = useState(false);
  const [loaded, setLoaded] = useState<{ readonly show: typeof TimeBar } | null>(null);
  const isOpen = isWanted || at !== null;
  useEffect(() => {
    if (!isOpen || loaded) return;
    void import("./time-bar.tsx").then(({ default: show }) => setLoaded({ show }));
  }, [isOpen, loaded]);
  // Once it is open it stays so when its reader goes back to now.
  useEffect(() => {
    if (at !== null) setWanted(true);
  }, [at]);
  const toggle = () => {
    setWanted(!isOpen);
    if (isOpen) onGo(null);
  };
  return { isOpen, Bar: isOpen ? loaded?.show : undefined, toggle };
}
