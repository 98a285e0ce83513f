import { useEffect, useState } from "preact/hooks";
import type { CreatedRoom, TemplateSummary } from "../../client/main.ts";
import { createRoom, SyncError, templates } from "../../client/main.ts";
import { Refusal } from "../parts/refusal.tsx";

/** Makes a room. Where creating takes a token, the server says so and the form asks for it. */
export function CreateForm({ onCreated }: { readonly onCreated: (created: CreatedRoom) => void }) {
  const [id, setId] = useState("");
  const [wanted, setWanted] = useState<string | null>(null);
  const [createToken, setCreateToken] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const offered = useTemplates();
  // A room with nothing in it has nothing to show.
  const template = wanted ?? offered[0]?.id ?? "";
  const create = async () => {
    setBusy(true);
    try {
      const made = await createRoom(location.origin, {
        id: id.trim() || undefined,
        template: template || undefined,
        createToken: createToken?.trim() || undefined,
      });
      onCreated(made);
    } catch (thrown) {
      setError(thrown);
      if (SyncError.is(thrown, "authentication_required")) setCreateToken("");
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <label class="field">
        <span>Name</span>
        <input
          class="mono"
          value={id}
          placeholder="demo, or leave it to the server"
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => setId(event.currentTarget.value)}
        />
      </label>
      {offered.length > 0 && <TemplateChoice offered={offered} chosen={template} onChoose={setWanted} />}
      {createToken !== null && <CreateToken value={createToken} onChange={setCreateToken} />}
      <Refusal error={error} />
      <div>
        <button type="submit" class="primary" disabled={isBusy}>
          Create
        </button>
      </div>
    </form>
  );
}

interface CreateTokenProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Asked for where the server lets nobody create rooms without one [AUTH-9]. */
export function CreateToken({ value, onChange }: CreateTokenProps) {
  return (
    <label class="field">
      <span>Create token</span>
      <input
        class="mono"
        type="password"
        value={value}
        placeholder="create_…"
        autocomplete="off"
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}

interface TemplateChoiceProps {
  readonly offered: readonly TemplateSummary[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
}

function TemplateChoice({ offered, chosen, onChoose }: TemplateChoiceProps) {
  const description = offered.find(({ id }) => id === chosen)?.description;
  return (
    <label class="field">
      <span>Begins with</span>
      <select value={chosen} onChange={(event) => onChoose(event.currentTarget.value)}>
        <option value="">nothing: its agents bring their own words</option>
        {offered.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
      {description && <span class="muted small">{description}</span>}
    </label>
  );
}

/** None where the server has none to offer. */
function useTemplates(): readonly TemplateSummary[] {
  const [offered, setOffered] = useState<readonly TemplateSummary[]>([]);
  useEffect(() => {
    templates(location.origin, { retry: { attempts: 1 } })
      .then(setOffered)
      .catch(() => setOffered([]));
  }, []);
  return offered;
}
