import { useState } from "preact/hooks";
import type { ActionShown } from "../../../client/main.ts";
import type { PanelProps } from "../../live/panel-props.ts";
import type { ActionRecord, Snapshot } from "../../live/snapshot.ts";
import { Filter, PanelFrame } from "../../parts/panel.tsx";
import { ScrollRegion } from "../../parts/scroll-region.tsx";
import { Ago } from "../../parts/time.tsx";
import { ActionDetail } from "./action-detail.tsx";
import { Availability } from "./availability.tsx";
import { Bootstrap } from "./bootstrap.tsx";

/** What can be done here, by whom, and what stands against it. */
export function ActionsPanel({ snapshot, session }: PanelProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [filter, setFilter] = useState("");
  const named = namesOf(snapshot).filter((id) => id.toLowerCase().includes(filter.trim().toLowerCase()));
  const registered = named.filter((id) => snapshot.actions[id]?.builtin !== true);
  const builtIn = named.filter((id) => snapshot.actions[id]?.builtin === true);
  return (
    <PanelFrame title="Actions" tools={<Filter label="Filter by name" value={filter} onChange={setFilter} />}>
      <div class="split">
        <ScrollRegion class="list-scroll" label="All actions">
          {registered.length === 0 && filter === "" && <Bootstrap session={session} />}
          <ul class="items">
            {[...registered, ...builtIn].map((id) => (
              <li key={id}>
                <ActionItem
                  id={id}
                  shown={snapshot.actions[id]}
                  record={snapshot.actionRecords[id]}
                  isChosen={id === chosen}
                  onChoose={() => setChosen(id)}
                />
              </li>
            ))}
          </ul>
        </ScrollRegion>
        {chosen !== null && (
          <ActionDetail
            key={chosen}
            id={chosen}
            snapshot={snapshot}
            session={session}
            onClose={() => setChosen(null)}
          />
        )}
      </div>
    </PanelFrame>
  );
}

/** In order of registration, those that are disabled among them, and what every room has after them. */
function namesOf({ actions, actionRecords }: Snapshot): string[] {
  return [...new Set([...Object.keys(actionRecords), ...Object.keys(actions)])];
}

interface ActionItemProps {
  readonly id: string;
  readonly shown: ActionShown | undefined;
  readonly record: ActionRecord | undefined;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function ActionItem({ id, shown, record, isChosen, onChoose }: ActionItemProps) {
  const description = shown?.description ?? record?.description;
  return (
    <button type="button" class="item" aria-pressed={isChosen} onClick={onChoose}>
      <span class="item-head">
        <b class="mono">{id}</b>
        <Availability shown={shown} record={record} />
        <span class="spring" />
        {shown?.invocations !== undefined && (
          <span class="muted num">
            {shown.invocations}×{shown.last_invoked_at && <> · {<Ago ts={shown.last_invoked_at} />}</>}
          </span>
        )}
      </span>
      {description && <span class="muted clamp">{description}</span>}
    </button>
  );
}
