import { useEffect, useMemo } from "preact/hooks";
import type { LiveRoom } from "../live/live-room.ts";
import { PastRoom } from "./past-room.ts";

/** The room after the event `at`; null is now. What cannot be shown leads to the nearest moment that can. */
export function usePast(live: LiveRoom, at: number | null, onGo: (at: number) => void): PastRoom {
  const past = useMemo(() => new PastRoom(live.room), [live]);
  useEffect(() => () => past.close(), [past]);
  const { self, seq: head } = live.snapshot.value ?? {};
  const earliest = past.earliest.value;
  const isKnown = head !== undefined;
  const isBeyond = at !== null && head !== undefined && at > head;
  useEffect(() => {
    if (at === null) past.leave();
    else if (isBeyond) onGo(head);
    else if (at < earliest) onGo(earliest);
    else if (isKnown) past.show(at, self ?? "");
  }, [past, at, self, isKnown, isBeyond, earliest, onGo]);
  return past;
}
