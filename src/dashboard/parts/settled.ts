import { useEffect, useState } from "preact/hooks";

/** ms without another key: a list is not filtered anew for each letter of a word. */
const SETTLE_MS = 120;

/** A text as it was when its writer last paused; at once where it is empty. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    if (text === settled) return;
    const timer = setTimeout(() => setSettled(text), text === "" ? 0 : SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text, settled]);
  return settled;
}
