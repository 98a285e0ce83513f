import { useEffect, useMemo, useState } from "preact/hooks";
import { LiveRoom } from "../live/live-room.ts";
import type { Role, Session } from "../live/session.ts";
import { PlayBar } from "../play/play-bar.tsx";
import { shown } from "../shown.ts";
import type { Layout } from "./layout.ts";
import { layoutOf } from "./layout.ts";
import { Navigation } from "./navigation.tsx";
import type { Panel } from "./panels.ts";
import { PANELS } from "./panels.ts";
import { RoomHeader } from "./room-header.tsx";
import { Banner, Failure } from "./standing.tsx";

/** Where an empty room says that nobody is there. */
const PLAY_PANELS: ReadonlySet<string> = new Set(["surfaces", "agents"]);

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
  useEffect(() => {
    void live.run();
    return () => live.close();
  }, [live]);
  const snapshot = live.snapshot.value;
  const setting = snapshot?.state._config?.dashboard;
  const layout = useMemo(() => layoutOf(setting, PANELS), [setting]);
  const panel = shownPanel(layout);
  useEffect(() => {
    document.title = `${panel.title} · ${layout.title ?? id} · sync`;
  }, [panel, layout, id]);
  const failure = live.failure.value;
  const mayAct = role !== "view" && failure === null;
  const session = useMemo<Session>(() => ({ room: live.room, role, mayAct }), [live, role, mayAct]);
  return (
    <div class="room">
      <SkipLink />
      <RoomHeader
        id={id}
        title={layout.title}
        role={role}
        snapshot={snapshot}
        isConnected={live.isConnected.value}
        eyes={eyes}
        onEyes={setEyes}
        onLeave={onLeave}
      />
      <Navigation panels={layout.panels} current={panel.id} snapshot={snapshot} />
      <main class="content" id="content" tabIndex={-1}>
        {failure !== null ? (
          <Failure error={failure} onLeave={onLeave} onRetry={() => setAttempt(attempt + 1)} />
        ) : (
          <Banner live={live} />
        )}
        {snapshot && role === "room" && (
          <PlayBar room={id} token={token} snapshot={snapshot} isOffered={PLAY_PANELS.has(panel.id)} />
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

/** The panel that the address names, or the one that the room shows first. */
function shownPanel({ panels, home }: Layout<Panel>) {
  return panels.find(({ id }) => id === shown.value.panel) ?? home ?? neverEmpty();
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
