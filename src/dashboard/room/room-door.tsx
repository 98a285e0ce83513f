import { useState } from "preact/hooks";
import { forgetToken, keepToken, takeToken } from "../address.ts";
import { roleOf } from "../live/session.ts";
import { Brand } from "../parts/brand.tsx";
import { RoomPage } from "./room-page.tsx";
import { TokenForm } from "./token-form.tsx";

/** A room's page, for who brings a token; others are asked for one. */
export function RoomDoor({ room }: { readonly room: string }) {
  const [token, setToken] = useState(() => takeToken(room));
  const role = token === null ? null : roleOf(token);
  const leave = () => {
    forgetToken(room);
    setToken(null);
  };
  if (token !== null && role !== null) {
    return <RoomPage id={room} token={token} role={role} onLeave={leave} />;
  }
  const enter = (given: string) => {
    keepToken(room, given);
    setToken(given);
  };
  return (
    <main class="door">
      <Brand />
      <h1>
        Open <code>{room}</code>
      </h1>
      <p class="muted">
        This room needs a token. Paste the room token to see everything and act, an agent's token to act as
        that agent, or a view token to look on.
      </p>
      <TokenForm refused={token} onToken={enter} />
    </main>
  );
}
