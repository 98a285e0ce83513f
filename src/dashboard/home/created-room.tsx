import type { CreatedRoom } from "../../client/main.ts";
import { roomAddress } from "../address.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { Joining } from "./joining.tsx";

/** A new room: its tokens, which nobody will be told again, and what comes next. */
export function CreatedRoomCard({ created }: { readonly created: CreatedRoom }) {
  const { id, token, viewToken, joinToken } = created;
  return (
    <section class="created" aria-labelledby="created">
      <div class="created-head">
        <h2 id="created">
          <code>{id}</code> is there
        </h2>
        <a class="button primary" href={roomAddress(id, token)}>
          Open the room
        </a>
      </div>
      <div class="ways">
        <div>
          <h3>Keep these tokens</h3>
          <p class="muted">They are shown this once.</p>
          <dl class="tokens">
            <Token name="Room token" value={token} use="yours: sees everything, does everything" />
            <Token
              name="View token"
              value={viewToken}
              use="for who looks on: sees everything, private scopes too"
            />
            <Token name="Join token" value={joinToken} use="for agents: join, and nothing else" />
          </dl>
        </div>
        <Joining room={id} joinToken={joinToken} />
      </div>
    </section>
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
