import { useEffect, useState } from "preact/hooks";
import type { DryRun } from "../../../client/main.ts";
import type { Session } from "../../live/session.ts";
import type { ActionRecord, Snapshot } from "../../live/snapshot.ts";
import { InvokeForm } from "../../parts/invoke-form.tsx";
import { JsonBlock } from "../../parts/json.tsx";
import { Preview } from "../../parts/outcome.tsx";
import { Detail } from "../../parts/panel.tsx";
import { Who } from "../../parts/who.tsx";
import { Availability } from "./actions-panel.tsx";

interface ActionDetailProps {
  readonly id: string;
  readonly snapshot: Snapshot;
  readonly session: Session;
  readonly onClose: () => void;
}

/** One action: whether it may be invoked, by a form, and how it is defined. */
export function ActionDetail({ id, snapshot, session, onClose }: ActionDetailProps) {
  const shown = snapshot.actions[id];
  const record = snapshot.actionRecords[id];
  const isBlocked = session.mayAct && shown?.available === false;
  const standing = useDryRun(session, isBlocked ? id : null, snapshot.seq);
  const contested = snapshot.views._contested as Readonly<Record<string, readonly string[]>> | undefined;
  const rivals = Object.entries(contested ?? {}).filter(([, actions]) => actions.includes(id));
  return (
    <Detail title={id} onClose={onClose}>
      <p>
        <Availability shown={shown} /> {shown?.description ?? record?.description}
      </p>
      {record?.intent && <p class="muted">{record.intent}</p>}
      {standing && !standing.allowed && <Preview run={standing} />}
      {!shown && record?.enabled && (
        <p class="muted">
          Enabled while <code>{record.enabled}</code>
        </p>
      )}
      {session.mayAct && shown && (
        <InvokeForm
          session={session}
          action={id}
          params={record?.params ?? shown.params}
          hash={snapshot.facts._actions?.[id]?.hash}
        />
      )}
      {rivals.map(([target, actions]) => (
        <p key={target} class="warn">
          <code>{target}</code> is also written by {actions.filter((each) => each !== id).join(", ")}.
        </p>
      ))}
      {record && <Definition record={record} />}
    </Detail>
  );
}

/** What stands against an action as it is now: asked again with each event. */
function useDryRun({ room }: Session, action: string | null, seq: number): DryRun | null {
  const [run, setRun] = useState<DryRun | null>(null);
  useEffect(() => {
    if (action === null) return setRun(null);
    const end = new AbortController();
    room
      .dryRun(action, {}, { signal: end.signal })
      .then(setRun)
      .catch(() => {
        if (!end.signal.aborted) setRun(null);
      });
    return () => end.abort();
  }, [room, action, seq]);
  return run;
}

function Definition({ record }: { readonly record: ActionRecord }) {
  return (
    <section aria-label="Definition">
      <h4>Definition</h4>
      <dl class="facts-list">
        <dt>Author</dt>
        <dd>
          <Who id={record.registered_by} />
        </dd>
        <dt>Scope</dt>
        <dd class="mono">{record.scope}</dd>
        {(["if", "enabled", "result"] as const).map(
          (name) =>
            record[name] !== undefined && (
              <>
                <dt>{name}</dt>
                <dd>
                  <code>{record[name]}</code>
                </dd>
              </>
            ),
        )}
      </dl>
      <JsonBlock value={record.writes ?? []} label="Writes" />
    </section>
  );
}
