import { useState } from "preact/hooks";
import { roleOf } from "../live/session.ts";

interface TokenFormProps {
  /** A token that opens nothing. */
  readonly refused: string | null;
  readonly onToken: (token: string) => void;
}

/** Asks for a token. It stays in this tab. */
export function TokenForm({ refused, onToken }: TokenFormProps) {
  const [token, setToken] = useState("");
  const [fault, setFault] = useState(refused === null ? null : faultOf(refused));
  const submit = (event: Event) => {
    event.preventDefault();
    const given = token.trim();
    const found = faultOf(given);
    setFault(found);
    if (found === null) onToken(given);
  };
  return (
    <form class="stack" onSubmit={submit}>
      <label class="field">
        <span>Token</span>
        <input
          type="password"
          class="mono"
          autocomplete="off"
          spellcheck={false}
          placeholder="room_… as_… view_…"
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
      </label>
      {fault && (
        <p class="bad" role="alert">
          {fault}
        </p>
      )}
      <div>
        <button type="submit" class="primary">
          Open
        </button>
      </div>
      <p class="muted small">It stays in this tab, and is sent to this server only.</p>
    </form>
  );
}

function faultOf(token: string): string | null {
  if (token.startsWith("join_")) {
    return "A join token lets an agent join; it cannot read. Use the agent's own token, which joining answers.";
  }
  return roleOf(token) === null ? "A token begins with room_, as_ or view_." : null;
}
