import { useState } from "preact/hooks";
import type { ActionShown } from "../../../client/main.ts";
import type { PanelProps } from "../../live/panel-props.ts";
import type { ActionRecord, Snapshot } from "../../live/snapshot.ts";
import { ItemList } from "../../parts/item-list.tsx";
import { Filter, PanelFrame } from "../../parts/panel.tsx";
import { Ago } from "../../parts/time.tsx";
import { choose, chosenIn } from "../../shown.ts";
import { ActionDetail } from "./action-detail.tsx";
import { Availability } from "./availability.tsx";
import { Bootstrap } from "./bootstrap.tsx";

/** What can be done here, by whom, and what stands against it. */
export function ActionsPanel({ snapshot, session }: PanelProps) {
  const [chosen = null] = chosenIn("actions");
  const [filter, setFilter] = useState("");
  const named = namesOf(snapshot).filter((id) => id.toLowerCase().includes(filter.trim().toLowerCase()));
  const registered = named.filter((id) => snapshot.actions[id]?.builtin !== true);
  const builtIn = named.filter((id) => snapshot.actions[id]?.builtin === true);
  return (
    <PanelFrame title="Actions" tools={<Filter label="Filter by name" value={filter} onChange={setFilter} />}>
      <div class="split">
        <ItemList
          label="All actions"
          ids={[...registered, ...builtIn]}
          chosen={chosen}
          onChoose={(id) => choose("actions", [id])}
          item={(id) => (
            <ActionItem id={id} shown={snapshot.actions[id]} record={snapshot.actionRecords[id]} />
          )}
        >
          {registered.length === 0 && filter === "" && <Bootstrap session={session} />}
        </ItemList>
        {chosen !== null && (
          <ActionDetail
            key={chosen}
            id={chosen}
            snapshot={snapshot}
            session={session}
            onClose={() => choose("actions", [])}
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
}

function ActionItem({ id, shown, record }: ActionItemProps) {
  const description = shown?.description ?? record?.description;
  return (
    <>
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
    </>
  );
}
