import { useEffect, useMemo, useState } from "preact/hooks";
import { LiveRoom } from "../live/live-room.ts";
import type { Role, Session } from "../live/session.ts";
import { Navigation } from "./navigation.tsx";
import { PANELS } from "./panels.ts";
import { RoomHeader } from "./room-header.tsx";
import { Banner, Failure } from "./standing.tsx";

interface RoomPageProps {
  readonly id: string;
  readonly token: string;
  readonly role: Role;
  readonly onLeave: () => void;
}

/** A room, live. */
export function RoomPage({ id, token, role, onLeave }: RoomPageProps) {
  const [eyes, setEyes] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  const live = useMemo(() => new LiveRoom(id, token, eyes), [id, token, eyes, attempt]);
  const panel = usePanel();
  useEffect(() => {
    void live.run();
    return () => live.close();
  }, [live]);
  useEffect(() => {
    document.title = `${panel.title} · ${id} · sync`;
  }, [id, panel]);
  const snapshot = live.snapshot.value;
  const failure = live.failure.value;
  const mayAct = role !== "view" && failure === null;
  const session = useMemo<Session>(() => ({ room: live.room, role, mayAct }), [live, role, mayAct]);
  return (
    <div class="room">
      <SkipLink />
      <RoomHeader
        id={id}
        role={role}
        snapshot={snapshot}
        isConnected={live.isConnected.value}
        eyes={eyes}
        onEyes={setEyes}
        onLeave={onLeave}
      />
      <Navigation current={panel.id} snapshot={snapshot} />
      <main class="content" id="content" tabIndex={-1}>
        {failure !== null ? (
          <Failure error={failure} onLeave={onLeave} onRetry={() => setAttempt(attempt + 1)} />
        ) : (
          <Banner live={live} />
        )}
        {snapshot ? (
          <panel.show key={`${panel.id} ${eyes}`} snapshot={snapshot} session={session} />
        ) : (
          failure === null && (
            <p class="loading muted" role="status">
              Reading the room…
            </p>
          )
        )}
      </main>
    </div>
  );
}

/** The panel that the address names, or the first that has something to show. */
function usePanel() {
  const named = () => PANELS.find(({ id }) => id === location.hash.slice(1)) ?? PANELS[0];
  const [panel, setPanel] = useState(named);
  useEffect(() => {
    const change = () => setPanel(named);
    addEventListener("hashchange", change);
    return () => removeEventListener("hashchange", change);
  }, []);
  return panel ?? neverEmpty();
}

function neverEmpty(): never {
  throw new Error("There are panels.");
}

/** The first stop of the Tab key: past the header and the panels, to what is shown. No link: the address names the panel. */
function SkipLink() {
  const skip = () => document.getElementById("content")?.focus();
  return (
    <button type="button" class="skip" onClick={skip}>
      Skip to the panel
    </button>
  );
}
