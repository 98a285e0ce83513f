import { useMemo, useRef, useState } from "preact/hooks";
import type { Json } from "../../../client/main.ts";
import type { PanelProps } from "../../live/panel-props.ts";
import type { EntryFacts, Snapshot } from "../../live/snapshot.ts";
import { keysOf } from "../../live/snapshot.ts";
import { Empty } from "../../parts/empty.tsx";
import { JsonLine } from "../../parts/json.tsx";
import { Filter, PanelFrame } from "../../parts/panel.tsx";
import { useSettled } from "../../parts/settled.ts";
import { Ago } from "../../parts/time.tsx";
import { VirtualList } from "../../parts/virtual-list.tsx";
import { Who } from "../../parts/who.tsx";
import { choose as chooseIn, chosenIn } from "../../shown.ts";
import { EntryDetail } from "./entry-detail.tsx";
import type { StateRow } from "./state-rows.ts";
import { EntryTexts, isClosedAtFirst, StateRows } from "./state-rows.ts";

const ROW_PX = 26;

/** What the room holds: a tree by scope. */
export function StatePanel({ snapshot, session }: PanelProps) {
  const [filter, setFilter] = useState("");
  const [scope, name] = chosenIn("state");
  return (
    <PanelFrame
      title="State"
      tools={<Filter label="Filter by scope, key or value" value={filter} onChange={setFilter} />}
    >
      <div class="split">
        <StateTree snapshot={snapshot} filter={useSettled(filter)} chosen={{ scope, name }} />
        {scope !== undefined && name !== undefined && (
          <EntryDetail
            scope={scope}
            name={name}
            snapshot={snapshot}
            session={session}
            onClose={() => chooseIn("state", [])}
          />
        )}
      </div>
    </PanelFrame>
  );
}

/** An entry, a whole scope, or nothing. */
interface Chosen {
  readonly scope: string | undefined;
  readonly name: string | undefined;
}

interface StateTreeProps {
  readonly snapshot: Snapshot;
  readonly filter: string;
  readonly chosen: Chosen;
}

function StateTree({ snapshot, filter, chosen }: StateTreeProps) {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(() => openedFor(chosen));
  const { state, facts } = snapshot;
  const texts = useRef(new EntryTexts());
  const rows = useMemo(
    () => new StateRows({ state, facts }, toggled, filter, texts.current),
    [state, facts, toggled, filter],
  );
  const [active, setActive] = useState(() =>
    chosen.scope === undefined ? 0 : rows.lineOf(chosen.scope, chosen.name),
  );
  const toggle = (scope: string) => setToggled(new Set([scope]).symmetricDifference(toggled));
  const choose = (index: number) => {
    const row = rows.at(index);
    if (row?.kind === "scope") toggle(row.scope);
    else if (row) chooseIn("state", [row.scope, row.key]);
  };
  const arrow = (index: number, to: "left" | "right") => {
    const row = rows.at(index);
    if (row?.kind === "scope" && row.isOpen !== (to === "right")) toggle(row.scope);
    if (row?.kind !== "entry" || to !== "left") return;
    setActive(rows.lineOf(row.scope));
  };
  if (rows.count === 0) return <NothingHeld isFiltered={filter !== ""} />;
  return (
    <div class="list-column">
      {filter === "" && !holdsAny(state) && <NothingHeld isFiltered={false} />}
      <VirtualList
        id="state-tree"
        label="State by scope"
        role="tree"
        count={rows.count}
        rowHeight={ROW_PX}
        active={Math.min(active, rows.count - 1)}
        onActive={setActive}
        onChoose={choose}
        onArrow={arrow}
        row={(index) => <StateLine row={rows.at(index)} />}
        rowProps={(index) => rowProps(rows.at(index), chosen)}
      />
    </div>
  );
}

function holdsAny(state: Snapshot["state"]): boolean {
  return Object.entries(state).some(
    ([scope, entries]) => !isClosedAtFirst(scope) && keysOf(entries).length > 0,
  );
}

/** The scopes that are not as at first where the address names something: what it names is in an open one. */
function openedFor({ scope }: Chosen): ReadonlySet<string> {
  return new Set(scope !== undefined && isClosedAtFirst(scope) ? [scope] : []);
}

function isAt(row: StateRow, { scope, name }: Chosen): boolean {
  return row.scope === scope && (row.kind === "entry" ? row.key : undefined) === name;
}

function rowProps(row: StateRow | undefined, chosen: Chosen) {
  if (row?.kind === "scope") return { "aria-level": 1, "aria-expanded": row.isOpen };
  return { "aria-level": 2, "aria-selected": row !== undefined && isAt(row, chosen) };
}

function StateLine({ row }: { readonly row: StateRow | undefined }) {
  if (!row) return null;
  if (row.kind === "scope") {
    return (
      <span class="state-scope">
        <i class={`twist ${row.isOpen ? "open" : ""}`} aria-hidden="true" />
        <b class="mono">{row.scope}</b>
        <span class="muted num">{row.count.toLocaleString()}</span>
      </span>
    );
  }
  return <EntryLine name={row.key} value={row.value} facts={row.facts} />;
}

interface EntryLineProps {
  /** `key` is Preact's own. */
  readonly name: string;
  readonly value: Json;
  readonly facts: EntryFacts | undefined;
}

/** The same elements for as long as the entry is the same: most are, from one event to the next. */
function EntryLine({ name, value, facts }: EntryLineProps) {
  return useMemo(() => entryLine(name, value, facts), [name, value, facts]);
}

function entryLine(name: string, value: Json, facts: EntryFacts | undefined) {
  return (
    <span class="state-entry">
      <span class="mono name">{name}</span>
      <span class="value">
        <JsonLine value={value} />
      </span>
      <span class="facts muted">
        <span class="num">r{facts?.revision}</span>
        <span class="mono hash">{facts?.hash.slice(0, 8)}</span>
        <span class="writer">
          <Who id={facts?.writer} />
        </span>
        <Ago ts={facts?.updated_at} />
      </span>
    </span>
  );
}

function NothingHeld({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered) return <Empty title="Nothing matches">Scopes, keys and values are searched.</Empty>;
  return (
    <Empty title="No state yet">
      <p>
        State is written by actions. Register one in <a href="#actions">Actions</a>, then invoke it: what it
        writes stands here, by scope.
      </p>
    </Empty>
  );
}
