import { useMemo, useRef, useState } from "preact/hooks";
import type { PanelProps } from "../../live/panel-props.ts";
import { Empty } from "../../parts/empty.tsx";
import { Filter, PanelFrame } from "../../parts/panel.tsx";
import { mapOf } from "./build-map.ts";
import { Legend } from "./legend.tsx";
import "./map.css";
import { MapDrawing } from "./map-drawing.tsx";
import { orderMap } from "./order-map.ts";
import { Relations } from "./relations.ts";
import type { RoomMap } from "./room-map.ts";
import { isSameMap } from "./room-map.ts";
import { useCalm, useFlash } from "./use-flash.ts";

/** What the room is for, in one look: actions, the keys that they write, and the views that read them. */
export function MapPanel({ snapshot: newest }: PanelProps) {
  const [filter, setFilter] = useState("");
  const snapshot = useCalm(newest);
  const { actionRecords, viewRecords, views, state, facts } = snapshot;
  const { map: found, counts } = useMemo(
    () => mapOf(snapshot, filter),
    [actionRecords, viewRecords, views._contested, state, facts, filter],
  );
  const same = useSame(found);
  const map = useMemo(() => orderMap(same), [same]);
  const relations = useMemo(() => new Relations(map), [map]);
  const hot = useFlash(snapshot, relations);
  const isEmpty = Object.keys(actionRecords).length + Object.keys(viewRecords).length === 0;
  if (isEmpty) return <NothingDeclared />;
  const isFound = relations.nodes.size > 0;
  return (
    <PanelFrame
      title="Map"
      tools={
        <>
          <Legend />
          <Filter label="Filter by name" value={filter} onChange={setFilter} />
        </>
      }
    >
      {isFound ? (
        <MapDrawing snapshot={snapshot} map={map} counts={counts} relations={relations} hot={hot} />
      ) : (
        <Empty title="Nothing matches">Names of actions, scopes, keys and views are searched.</Empty>
      )}
    </PanelFrame>
  );
}

/** The map before, as long as the new one shows the same: nothing is ordered or laid out anew then. */
function useSame(map: RoomMap): RoomMap {
  const kept = useRef(map);
  if (!isSameMap(kept.current, map)) kept.current = map;
  return kept.current;
}

/** What a map would show, in a room without a vocabulary. */
function NothingDeclared() {
  return (
    <PanelFrame title="Map" isPlain>
      <Empty title="Nothing is declared yet">
        <p>A room is what can be done in it. Once somebody declares that, it is drawn here:</p>
        <dl class="map-words">
          <dt>Actions</dt>
          <dd>
            stand on the left: the only way to write. Each says which keys it writes, and when it may.{" "}
            <a href="#actions">Register one</a> with <code>_register_action</code>.
          </dd>
          <dt>Keys</dt>
          <dd>
            stand in the middle, by scope: what the room holds, and what actions would write. Where several
            actions write one key, it is marked.
          </dd>
          <dt>Views</dt>
          <dd>
            stand on the right: named expressions over keys, whose values all can see and wait for. Try one in
            the <a href="#console">Console</a>, then <code>_register_view</code>.
          </dd>
        </dl>
      </Empty>
    </PanelFrame>
  );
}
