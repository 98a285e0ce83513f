import { useState } from "preact/hooks";
import type { Json } from "../../../client/main.ts";
import type { Session } from "../../live/session.ts";
import type { Snapshot } from "../../live/snapshot.ts";
import { InvokeForm } from "../../parts/invoke-form.tsx";
import { JsonLine } from "../../parts/json.tsx";
import { fieldsOf, optionText } from "../../parts/param-fields.ts";
import { Refusal } from "../../parts/refusal.tsx";
import { readsParams } from "../actions/availability.tsx";
import type { SurfaceProps } from "./surface.ts";
import { textOf, textsOf } from "./surface.ts";
import { Nothing } from "./value-surfaces.tsx";

/** Buttons for actions: those that `actions` names, or the value does. One with parameters opens its form. */
export function ActionBar({ surface: { render, value }, snapshot, session }: SurfaceProps) {
  const [open, setOpen] = useState<string | null>(null);
  const named = textsOf(render.actions);
  const ids = (named.length > 0 ? named : textsOf(value)).filter((id) => Object.hasOwn(snapshot.actions, id));
  const { error, invoke } = useInvoke(session, snapshot);
  if (ids.length === 0) return <Nothing />;
  if (!session.mayAct) return <Offered options={ids} />;
  const press = (id: string) => {
    if (fieldsOf(paramsOf(snapshot, id)).length === 0) void invoke(id, {});
    else setOpen(open === id ? null : id);
  };
  return (
    <>
      <div class="buttons">
        {ids.map((id) => (
          <button
            key={id}
            type="button"
            title={snapshot.actions[id]?.description ?? ""}
            disabled={!isOffered(snapshot, id)}
            aria-expanded={fieldsOf(paramsOf(snapshot, id)).length > 0 ? open === id : undefined}
            onClick={() => press(id)}
          >
            {id}
          </button>
        ))}
      </div>
      <Refusal error={error} />
      {open !== null && ids.includes(open) && (
        <InvokeForm
          key={open}
          session={session}
          action={open}
          params={paramsOf(snapshot, open)}
          hash={snapshot.facts._actions?.[open]?.hash}
          hasPreview={false}
          label={open}
        />
      )}
    </>
  );
}

/** The form of one action. */
export function ActionForm({ surface: { render, id }, snapshot, session }: SurfaceProps) {
  const action = textOf(render.action) ?? id;
  const shown = Object.hasOwn(snapshot.actions, action) ? snapshot.actions[action] : undefined;
  if (!shown) return <Nothing />;
  if (!session.mayAct) return <p class="muted">{shown.description ?? action}</p>;
  return (
    <>
      {shown.description && <p class="muted">{shown.description}</p>}
      {!isOffered(snapshot, action) && <p class="muted">Not now: its condition does not hold.</p>}
      <InvokeForm
        session={session}
        action={action}
        params={paramsOf(snapshot, action)}
        hash={snapshot.facts._actions?.[action]?.hash}
        hasPreview={false}
        label={action}
      />
    </>
  );
}

/** One button an option, each of which invokes the action with it as the parameter `param`. */
export function ActionChoice({ surface: { render, value }, snapshot, session }: SurfaceProps) {
  const action = textOf(render.action) ?? "";
  const param = textOf(render.param) ?? fieldsOf(paramsOf(snapshot, action))[0]?.name ?? "";
  const { error, invoke } = useInvoke(session, snapshot);
  const options = Array.isArray(value) ? value : [];
  if (options.length === 0 || !Object.hasOwn(snapshot.actions, action)) return <Nothing />;
  if (!session.mayAct) return <Offered options={options} />;
  return (
    <>
      <div class="buttons">
        {options.map((option) => (
          <button
            key={optionText(option)}
            type="button"
            disabled={!isOffered(snapshot, action)}
            onClick={() => void invoke(action, { [param]: option })}
          >
            {typeof option === "string" ? option : <JsonLine value={option} />}
          </button>
        ))}
      </div>
      <Refusal error={error} />
    </>
  );
}

/** What others can choose from, for who looks on. */
function Offered({ options }: { readonly options: readonly Json[] }) {
  return (
    <ul class="buttons muted">
      {options.map((option) => (
        <li key={optionText(option)}>{typeof option === "string" ? option : <JsonLine value={option} />}</li>
      ))}
    </ul>
  );
}

type Params = Readonly<Record<string, Json>>;

function paramsOf({ actionRecords, actions }: Snapshot, id: string): Params | undefined {
  const record = Object.hasOwn(actionRecords, id) ? actionRecords[id] : undefined;
  return record?.params ?? actions[id]?.params;
}

/** One whose condition reads parameters may be possible with some, though it is not without. */
function isOffered({ actions, actionRecords }: Snapshot, id: string): boolean {
  return actions[id]?.available === true || readsParams(actionRecords[id]);
}

function useInvoke({ room }: Session, { facts }: Snapshot) {
  const [error, setError] = useState<unknown>(null);
  const invoke = async (action: string, params: Params) => {
    try {
      await room.invoke(action, params, { ifActionHash: facts._actions?.[action]?.hash });
      setError(null);
    } catch (thrown) {
      setError(thrown);
    }
  };
  return { error, invoke };
}
