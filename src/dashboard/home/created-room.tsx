import type { CreatedRoom } from "../../client/main.ts";
import { roomAddress } from "../address.ts";
import { CreatedTokens } from "./created-tokens.tsx";
import { Joining } from "./joining.tsx";

/** A new room: its tokens, which nobody will be told again, and what comes next. */
export function CreatedRoomCard({ created }: { readonly created: CreatedRoom }) {
  const { id, token, joinToken } = created;
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
          <CreatedTokens created={created} />
        </div>
        <Joining room={id} joinToken={joinToken} />
      </div>
    </section>
  );
}
