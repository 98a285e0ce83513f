import type { Json } from "../../client/main.ts";
import { isJsonObject } from "../live/json-object.ts";
import type { PanelProps } from "../live/panel-props.ts";
import type { Snapshot } from "../live/snapshot.ts";
import { endOf } from "../live/snapshot.ts";
import { Empty } from "../parts/empty.tsx";
import { ItemList } from "../parts/item-list.tsx";
import { JsonBlock, JsonLine } from "../parts/json.tsx";
import { Detail, PanelFrame } from "../parts/panel.tsx";
import { Sparkline } from "../parts/sparkline.tsx";
import { Who } from "../parts/who.tsx";
import { choose, chosenIn } from "../shown.ts";

/** What is worth seeing here: every view with its value as it is now. */
export function ViewsPanel({ snapshot, session }: PanelProps) {
  const [chosen = null] = chosenIn("views");
  const ids = [...new Set([...Object.keys(snapshot.viewRecords), ...Object.keys(snapshot.views)])];
  return (
    <PanelFrame title="Views">
      <div class="split">
        {ids.length === 0 ? (
          <Empty title="No views yet">
            <p>
              A view is a named expression whose value all can see and wait for. Invoke{" "}
              <code>_register_view</code> in <a href="#actions">Actions</a>, with an expression that you have
              tried in the <a href="#console">Console</a>.
            </p>
          </Empty>
        ) : (
          <ItemList
            label="All views"
            ids={ids}
            chosen={chosen}
            onChoose={(id) => choose("views", [id])}
            item={(id) => <ViewItem snapshot={snapshot} id={id} />}
          />
        )}
        {chosen !== null && (
          <ViewDetail
            key={chosen}
            id={chosen}
            snapshot={snapshot}
            session={session}
            onClose={() => choose("views", [])}
          />
        )}
      </div>
    </PanelFrame>
  );
}

interface ViewItemProps {
  readonly snapshot: Snapshot;
  readonly id: string;
}

function ViewItem({ snapshot, id }: ViewItemProps) {
  return (
    <>
      <span class="item-head">
        <b class="mono">{id}</b>
        <ViewTag snapshot={snapshot} id={id} />
      </span>
      <span class="clamp">{snapshot.views[id] !== undefined && <JsonLine value={snapshot.views[id]} />}</span>
    </>
  );
}

/** Why a view shows nothing, where it does not. */
export function errorOf(value: Json | undefined): string | null {
  return isJsonObject(value) && Object.hasOwn(value, "_error") ? String(value._error) : null;
}

function ViewTag({ snapshot, id }: ViewItemProps) {
  const value = snapshot.views[id];
  const render = snapshot.viewRecords[id]?.render;
  if (value === undefined) return <span class="tag">hidden now</span>;
  if (errorOf(value) !== null) return <span class="tag bad">error</span>;
  return render?.type === undefined ? null : <span class="tag">{String(render.type)}</span>;
}

interface ViewDetailProps extends PanelProps {
  readonly id: string;
  readonly onClose: () => void;
}

function ViewDetail({ id, snapshot, session, onClose }: ViewDetailProps) {
  const value = snapshot.views[id];
  const record = snapshot.viewRecords[id];
  const error = errorOf(value);
  if (value === undefined && !record) {
    return (
      <Detail title={id} onClose={onClose}>
        <p class="muted">There is no view of this name here.</p>
      </Detail>
    );
  }
  return (
    <Detail title={id} onClose={onClose}>
      {record?.description && <p>{record.description}</p>}
      {error !== null && <p class="bad">{error}</p>}
      {value === undefined ? (
        <p class="muted">
          Hidden now.
          {record?.enabled && (
            <>
              {" "}
              Enabled while <code>{record.enabled}</code>
            </>
          )}
        </p>
      ) : (
        error === null && <JsonBlock value={value} label={`Value of ${id}`} />
      )}
      {record?.render?.temporal === true && (
        <Sparkline session={session} view={id} value={value ?? null} until={endOf(snapshot)} />
      )}
      {record && (
        <dl class="facts-list">
          <dt>Expression</dt>
          <dd>
            <code>{record.expr}</code>
          </dd>
          <dt>Scope</dt>
          <dd class="mono">{record.scope}</dd>
          <dt>Author</dt>
          <dd>
            <Who id={record.registered_by} />
          </dd>
        </dl>
      )}
      {record?.render && <JsonBlock value={record.render as never} label="Render" />}
      {!record && <p class="muted">A view of the system: nobody registered it.</p>}
    </Detail>
  );
}
