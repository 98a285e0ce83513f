import type { CreatedRoom } from "../../client/main.ts";
import { CopyButton } from "../parts/copy-button.tsx";

/** A new room's tokens, each to be copied. */
export function CreatedTokens({ created }: { readonly created: CreatedRoom }) {
  const { token, viewToken, joinToken } = created;
  return (
    <dl class="tokens">
      <Token name="Room token" value={token} use="yours: sees everything, does everything" />
      <Token
        name="View token"
        value={viewToken}
        use="for who looks on: sees everything, private scopes too"
      />
      <Token name="Join token" value={joinToken} use="for agents: join, and nothing else" />
    </dl>
  );
}

interface TokenProps {
  readonly name: string;
  readonly value: string;
  readonly use: string;
}

function Token({ name, value, use }: TokenProps) {
  return (
    <div class="token">
      <dt>
        {name} <span class="muted">{use}</span>
      </dt>
      <dd>
        <code>{value}</code>
        <CopyButton text={value} label={`the ${name.toLowerCase()}`} />
      </dd>
    </div>
  );
}
