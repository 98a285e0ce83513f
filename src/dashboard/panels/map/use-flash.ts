import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Snapshot } from "../../live/snapshot.ts";
import { changesOn, viewsSince } from "./changes.ts";
import type { Relations } from "./relations.ts";

/** ms for which a change is to be seen. */
const FLASH_MS = 1_200;
/** ms between two drawings: a room may change a hundred times a second, eyes do not. */
const CALM_MS = 200;

/** A value at most every `CALM_MS`; the last one always comes. */
export function useCalm<T>(value: T): T {
  const [calm, setCalm] = useState(value);
  const last = useRef(0);
  useEffect(() => {
    const show = () => {
      last.current = Date.now();
      setCalm(() => value);
    };
    const timer = setTimeout(show, Math.max(0, last.current + CALM_MS - Date.now()));
    return () => clearTimeout(timer);
  }, [value]);
  return calm;
}

/** The nodes and edges that changed just now, with the time until which each is to be seen. */
export function useFlash(snapshot: Snapshot, relations: Relations): ReadonlyMap<string, number> {
  const [hot, setHot] = useState<ReadonlyMap<string, number>>(new Map());
  const was = useRef(snapshot);
  const views = useRef(new Map<string, number>());
  useLayoutEffect(() => {
    const before = was.current;
    was.current = snapshot;
    if (before === snapshot) return;
    const until = Date.now() + FLASH_MS;
    const late = [...views.current].filter(([, time]) => time > Date.now());
    views.current = new Map([...late, ...viewsSince(before, snapshot).map((id) => [id, until] as const)]);
    const changed = changesOn(relations, before, snapshot, views.current.keys());
    if (changed.size === 0) return;
    setHot((earlier) => new Map([...earlier, ...[...changed].map((id) => [id, until] as const)]));
  }, [snapshot]);
  useEffect(() => {
    if (hot.size === 0) return;
    const next = [...hot.values()].reduce((least, until) => Math.min(least, until));
    const cool = () => setHot(new Map([...hot].filter(([, until]) => until > Date.now())));
    const timer = setTimeout(cool, Math.max(20, next - Date.now()));
    return () => clearTimeout(timer);
  }, [hot]);
  return hot;
}
