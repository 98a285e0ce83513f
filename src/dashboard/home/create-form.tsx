import { useEffect, useState } from "preact/hooks";
import type { CreatedRoom, TemplateSummary } from "../../client/main.ts";
import { createRoom, templates } from "../../client/main.ts";
import { Refusal } from "../parts/refusal.tsx";
import { CreateToken, NameField, useCreation } from "./creation.tsx";

/** Makes a room. */
export function CreateForm({ onCreated }: { readonly onCreated: (created: CreatedRoom) => void }) {
  const [wanted, setWanted] = useState<string | null>(null);
  const offered = useTemplates();
  // A room with nothing in it has nothing to show.
  const template = wanted ?? offered[0]?.id ?? "";
  const { id, setId, createToken, setCreateToken, error, isBusy, submit } = useCreation(
    (asked) => createRoom(location.origin, { ...asked, template: template || undefined }),
    onCreated,
  );
  return (
    <form class="stack" onSubmit={submit}>
      <NameField value={id} placeholder="demo, or leave it to the server" onChange={setId} />
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
