import { openedRooms } from "../address.ts";
import type { Role } from "../live/session.ts";

const AS: Readonly<Record<Role, string>> = {
  room: "with the room token",
  agent: "as an agent",
  view: "looking on",
};

/** Rooms whose tokens this tab has: it goes there without asking again. */
export function OpenedRooms() {
  const rooms = openedRooms();
  if (rooms.length === 0) return null;
  return (
    <section aria-labelledby="opened">
      <h2 id="opened">Opened in this tab</h2>
      <ul class="opened">
        {rooms.map(({ room, role }) => (
          <li key={room}>
            <a href={`/rooms/${encodeURIComponent(room)}`}>{room}</a> <span class="muted">{AS[role]}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
