import { useComputed } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import { SyncError } from "../../client/main.ts";
import { LiveRoom } from "../live/live-room.ts";
import type { Role, Session } from "../live/session.ts";
import { Refusal } from "../parts/refusal.tsx";
import { shown } from "../shown.ts";
import { Navigation } from "./navigation.tsx";
import { PANELS } from "./panels.ts";
import { RoomHeader } from "./room-header.tsx";

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
  const panel = shownPanel();
  useEffect(() => {
    void live.run();
    return () => live.close();
  }, [live]);
  useEffect(() => {
    document.title = `${id} · sync`;
  }, [id]);
  const session = useMemo<Session>(() => ({ room: live.room, role, mayAct: role !== "view" }), [live, role]);
  const snapshot = live.snapshot.value;
  const failure = live.failure.value;
  return (
    <div class="room">
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
      <main class="content" id="content">
        {failure !== null ? (
          <Failure error={failure} onLeave={onLeave} onRetry={() => setAttempt(attempt + 1)} />
        ) : (
          snapshot && <Banner isConnected={live.isConnected} />
        )}
        {snapshot ? (
          <panel.show key={`${panel.id} ${eyes}`} snapshot={snapshot} session={session} />
        ) : (
          failure === null && <p class="loading muted">Reading the room…</p>
        )}
      </main>
    </div>
  );
}

/** The panel that the address names, or the first that has something to show. */
function shownPanel() {
  return PANELS.find(({ id }) => id === shown.value.panel) ?? PANELS[0] ?? neverEmpty();
}

function neverEmpty(): never {
  throw new Error("There are panels.");
}

interface BannerProps {
  readonly isConnected: LiveRoom["isConnected"];
}

/** Tells quietly that events do not come in just now; what is shown stays. */
function Banner({ isConnected }: BannerProps) {
  const isOff = useComputed(() => !isConnected.value);
  const [isTold, setTold] = useState(false);
  useEffect(() => {
    if (!isOff.value) return setTold(false);
    const timer = setTimeout(() => setTold(true), 1_500);
    return () => clearTimeout(timer);
  }, [isOff.value]);
  return (
    <p class="banner" role="status" hidden={!isTold}>
      {isTold && "Reconnecting. What you see may be behind; nothing is lost."}
    </p>
  );
}

interface FailureProps {
  readonly error: unknown;
  readonly onLeave: () => void;
  readonly onRetry: () => void;
}

function Failure({ error, onLeave, onRetry }: FailureProps) {
  const isToken = SyncError.is(error) && (error.status === 401 || error.code === "invalid_token");
  return (
    <div class="failure">
      {isToken ? (
        <p class="refusal" role="alert">
          The token does not open this room any more: it was revoked, has expired, or the room is gone. Ask
          the room's owner for a new one.
        </p>
      ) : (
        <Refusal error={error} />
      )}
      <div class="buttons">
        {!isToken && (
          <button type="button" class="primary" onClick={onRetry}>
            Try again
          </button>
        )}
        <button type="button" class={isToken ? "primary" : ""} onClick={onLeave}>
          Use another token
        </button>
      </div>
    </div>
  );
}
