import { useState } from "preact/hooks";
import type { CreatedRoom } from "../../client/main.ts";
import { SyncError } from "../../client/main.ts";

/** What a new room is asked for with, however it is made. */
export interface Asked {
  readonly id: string | undefined;
  readonly createToken: string | undefined;
}

/** The making of a room by a form. Where creating takes a token, the server says so and the form asks for it [AUTH-9]. */
export function useCreation(
  make: (asked: Asked) => Promise<CreatedRoom>,
  onCreated: (created: CreatedRoom) => void,
) {
  const [id, setId] = useState("");
  const [createToken, setCreateToken] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const create = async () => {
    setBusy(true);
    try {
      onCreated(await make({ id: id.trim() || undefined, createToken: createToken?.trim() || undefined }));
    } catch (thrown) {
      setError(thrown);
      if (SyncError.is(thrown, "authentication_required")) setCreateToken("");
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void create();
  };
  return { id, setId, createToken, setCreateToken, error, isBusy, submit };
}

interface NameFieldProps {
  readonly value: string;
  readonly placeholder: string;
  readonly onChange: (value: string) => void;
}

/** The id that a new room is to have. */
export function NameField({ value, placeholder, onChange }: NameFieldProps) {
  return (
    <label class="field">
      <span>Name</span>
      <input
        class="mono"
        value={value}
        placeholder={placeholder}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </label>
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
