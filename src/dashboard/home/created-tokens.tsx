import { useState } from "preact/hooks";
import type { CreatedRoom } from "../../client/main.ts";
import { roomAddress } from "../address.ts";

/** A new room's tokens, which nobody will be told again. */
export function CreatedTokens({ created }: { readonly created: CreatedRoom }) {
  const { id, token, viewToken, joinToken } = created;
  return (
    <section class="created" aria-labelledby="created">
      <h2 id="created">
        <code>{id}</code> is there
      </h2>
      <p class="muted">Keep these tokens: they are shown this once.</p>
      <dl class="tokens">
        <Token name="Room token" value={token} use="yours: sees everything, does everything" />
        <Token
          name="View token"
          value={viewToken}
          use="for who looks on: sees everything, private scopes too"
        />
        <Token name="Join token" value={joinToken} use="for agents: join, and nothing else" />
      </dl>
      <a class="button primary" href={roomAddress(id, token)}>
        Open the room
      </a>
    </section>
  );
}

interface TokenProps {
  readonly name: string;
  readonly value: string;
  readonly use: string;
}

function Token({ name, value, use }: TokenProps) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard.writeText(value).then(() => setCopied(true));
  return (
    <div class="token">
      <dt>
        {name} <span class="muted">{use}</span>
      </dt>
      <dd>
        <code>{value}</code>
        <button type="button" class="quiet" onClick={copy} aria-label={`Copy the ${name.toLowerCase()}`}>
          {isCopied ? "Copied" : "Copy"}
        </button>
      </dd>
    </div>
  );
}
