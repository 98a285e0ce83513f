import { useState } from "preact/hooks";
import { roomAddress } from "../address.ts";
import { TokenForm } from "../room/token-form.tsx";

/** Goes to a room, by its name and a token. */
export function OpenForm() {
  const [id, setId] = useState("");
  const [isMissing, setMissing] = useState(false);
  const open = (token: string) => {
    setMissing(id.trim() === "");
    if (id.trim() !== "") location.assign(roomAddress(id.trim(), token));
  };
  return (
    <div class="stack">
      <label class="field">
        <span>Name</span>
        <input
          class="mono"
          value={id}
          autocomplete="off"
          spellcheck={false}
          aria-invalid={isMissing}
          onInput={(event) => setId(event.currentTarget.value)}
        />
        {isMissing && (
          <span class="bad small" role="alert">
            Which room?
          </span>
        )}
      </label>
      <TokenForm refused={null} onToken={open} />
    </div>
  );
}
