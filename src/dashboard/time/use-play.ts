import { useEffect, useState } from "preact/hooks";

/** Events a second. */
export const SPEEDS = [1, 2, 5, 20, 100] as const;

interface Played {
  readonly seq: number;
  readonly first: number;
  readonly head: number;
  readonly onGo: (seq: number) => void;
}

/** Steps on by itself, so many events a second, until the log ends. */
export function usePlay({ seq, first, head, onGo }: Played) {
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<number>(2);
  useEffect(() => {
    if (!isPlaying) return;
    if (seq >= head) return setPlaying(false);
    const timer = setTimeout(() => onGo(seq + 1), 1_000 / speed);
    return () => clearTimeout(timer);
  }, [isPlaying, seq, head, speed, onGo]);
  const toggle = () => {
    // From the end there is nowhere to go but the beginning.
    if (!isPlaying && seq >= head) onGo(first);
    setPlaying(!isPlaying);
  };
  return { isPlaying, speed, setSpeed, toggle, stop: () => setPlaying(false) };
}
