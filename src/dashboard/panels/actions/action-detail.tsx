import { useEffect, useState } from "preact/hooks";
import type { DryRun, Json } from "../../../client/main.ts";
import type { Session } from "../../live/session.ts";
import type { ActionRecord, Snapshot } from "../../live/snapshot.ts";
import { InvokeForm } from "../../parts/invoke-form.tsx";
import { JsonBlock } from "../../parts/json.tsx";
import { Preview } from "../../parts/outcome.tsx";
import { Detail } from "../../parts/panel.tsx";
import { sampleOf } from "../../parts/param-fields.ts";
import { Who } from "../../parts/who.tsx";
import { Availability, readsParams } from "./availability.tsx";

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
  const isBlocked = session.mayAct && shown?.available === false && !readsParams(record);
  const params = record?.params ?? shown?.params;
  const standing = useDryRun(session, isBlocked ? { action: id, params } : null, snapshot.seq);
  const contested = snapshot.views._contested as Readonly<Record<string, readonly string[]>> | undefined;
  const rivals = Object.entries(contested ?? {}).filter(([, actions]) => actions.includes(id));
  if (!shown && !record) {
    return (
      <Detail title={id} onClose={onClose}>
        <p class="muted">There is no action of this name here.</p>
      </Detail>
    );
  }
  return (
    <Detail title={id} onClose={onClose}>
      <p>
        <Availability shown={shown} record={record} /> {shown?.description ?? record?.description}
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
          params={params}
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

interface Question {
  readonly action: string;
  readonly params: Readonly<Record<string, Json>> | undefined;
}

/** What stands against an action as it is now, whatever its parameters: asked again with each event. */
function useDryRun({ room }: Session, question: Question | null, seq: number): DryRun | null {
  const [run, setRun] = useState<DryRun | null>(null);
  const { action = null, params } = question ?? {};
  useEffect(() => {
    if (action === null) return setRun(null);
    const end = new AbortController();
    room
      .dryRun(action, sampleOf(params), { signal: end.signal })
      .then(setRun)
      .catch(() => {
        if (!end.signal.aborted) setRun(null);
      });
    return () => end.abort();
  }, [room, action, params, seq]);
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
