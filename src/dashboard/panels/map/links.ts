import type { ActionRecord, Snapshot, ViewRecord } from "../../live/snapshot.ts";
import { readsOf } from "./expression-reads.ts";
import type { MapEdge } from "./room-map.ts";
import { actionNode, isPrivate, OWN, viewNode } from "./room-map.ts";
import { writeTargetsOf, writtenExpressions } from "./write-targets.ts";

/** What one action or view writes or reads, by its texts. */
export interface Link {
  readonly kind: MapEdge["kind"];
  readonly to: LinkEnd;
  /** As `_contested` names it. */
  readonly target: string | null;
}

export type LinkEnd =
  | { readonly kind: "view"; readonly id: string }
  | { readonly kind: "scope"; readonly scope: string }
  | { readonly kind: "next"; readonly scope: string }
  | { readonly kind: "key"; readonly scope: string; readonly key: string };

/** What each action and view of a room is linked with, by the id of its node. */
export function linksOf({ actionRecords, viewRecords }: Snapshot): Map<string, readonly Link[]> {
  const actions = Object.entries(actionRecords).map(
    ([id, record]) => [actionNode(id), kept(record, actionLinks)] as const,
  );
  const views = Object.entries(viewRecords).map(
    ([id, record]) => [viewNode(id), kept(record, viewLinks)] as const,
  );
  return new Map([...actions, ...views]);
}

const known = new WeakMap<object, readonly Link[]>();

/** Texts are read once: a definition that did not change stays the same object. */
function kept<T extends object>(record: T, read: (record: T) => Link[]): readonly Link[] {
  const links = known.get(record) ?? read(record);
  known.set(record, links);
  return links;
}

function actionLinks(record: ActionRecord): Link[] {
  const writes = writeTargetsOf(record).map(({ scope, key, target }): Link => {
    const to: LinkEnd = key === null ? { kind: "next", scope } : { kind: "key", scope, key };
    return { kind: "write", to, target };
  });
  const texts = [record.if, record.enabled, record.result, ...writtenExpressions(record)];
  return [...writes, ...texts.flatMap((text) => readLinks("check", text, OWN))];
}

function viewLinks({ scope = OWN, expr, enabled }: ViewRecord): Link[] {
  const own = isPrivate(scope) ? scope : OWN;
  return [expr, enabled].flatMap((text) => readLinks("read", text, own));
}

/** What a text reads; `own` is the scope that it calls `self`. */
function readLinks(kind: "check" | "read", text: string | undefined, own: string): Link[] {
  if (typeof text !== "string") return [];
  const { keys, scopes, views } = readsOf(text);
  const named = (scope: string) => (scope === "self" ? own : scope);
  const ends: LinkEnd[] = [
    ...keys.map(([scope, key]): LinkEnd => ({ kind: "key", scope: named(scope), key })),
    ...scopes.map((scope): LinkEnd => ({ kind: "scope", scope: named(scope) })),
    ...views.map((id): LinkEnd => ({ kind: "view", id })),
  ];
  return ends.map((to) => ({ kind, to, target: null }));
}
