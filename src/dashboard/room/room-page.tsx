import { useComputed } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import { Room, SyncError } from "../../client/main.ts";
import { LiveRoom } from "../live/live-room.ts";
import type { Role, Session } from "../live/session.ts";
import { Refusal } from "../parts/refusal.tsx";
import { PastBanner } from "../time/past-banner.tsx";
import type { PastRoom } from "../time/past-room.ts";
import { usePast } from "../time/use-past.ts";
import { useTimeBar } from "../time/use-time-bar.ts";
import { Navigation } from "./navigation.tsx";
import type { Panel } from "./panels.ts";
import { PANELS } from "./panels.ts";
import { RoomHeader } from "./room-header.tsx";
import { usePlace } from "./use-place.ts";

interface RoomPageProps {
  readonly id: string;
  readonly token: string;
  readonly role: Role;
  readonly onLeave: () => void;
}

/** A room, live, or as it was. */
export function RoomPage({ id, token, role, onLeave }: RoomPageProps) {
  const [eyes, setEyes] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  const live = useLive(id, token, eyes, attempt);
  const [place, goTo] = usePlace();
  const { at } = place;
  const panel = PANELS.find((each) => each.id === place.panel) ?? PANELS[0] ?? neverEmpty();
  const past = usePast(live, at, goTo);
  const time = useTimeBar(at, goTo);
  const owned = useMemo(() => ownedRoom(id, token, role), [id, token, role]);
  const now = live.snapshot.value;
  const shown = { panel, live, past, at, role, eyes, onLeave };
  return (
    <div class={at === null ? "room" : "room past"}>
      <RoomHeader
        id={id}
        role={role}
        snapshot={now}
        isConnected={live.isConnected.value}
        eyes={eyes}
        onEyes={setEyes}
        onLeave={onLeave}
        isTimeOpen={time.isOpen}
        onTime={time.toggle}
      />
      <Navigation current={panel.id} at={at} snapshot={at === null ? now : past.snapshot.value} />
      <Content {...shown} onRetry={() => setAttempt(attempt + 1)} onNow={() => goTo(null)} />
      {time.Bar && now && (
        <time.Bar
          key={eyes}
          room={live.room}
          owned={owned}
          at={at}
          head={now.seq}
          earliest={past.earliest.value}
          onGo={goTo}
        />
      )}
    </div>
  );
}

/** The room as it happens; `attempt` counts how often it was begun anew. */
function useLive(id: string, token: string, eyes: string | null, attempt: number): LiveRoom {
  const live = useMemo(() => new LiveRoom(id, token, eyes), [id, token, eyes, attempt]);
  useEffect(() => {
    void live.run();
    return () => live.close();
  }, [live]);
  useEffect(() => {
    document.title = `${id} · sync`;
  }, [id]);
  return live;
}

/** The room as its owner sees it, whoever's eyes are looked through. */
function ownedRoom(room: string, token: string, role: Role): Room | null {
  return role === "room" ? new Room({ server: location.origin, room, token }) : null;
}

interface ContentProps {
  readonly panel: Panel;
  readonly live: LiveRoom;
  readonly past: PastRoom;
  readonly at: number | null;
  readonly role: Role;
  readonly eyes: string | null;
  readonly onLeave: () => void;
  readonly onRetry: () => void;
  readonly onNow: () => void;
}

/** One panel, and what there is to say above it. In the past nobody may act. */
function Content({ panel, live, past, at, role, eyes, onLeave, onRetry, onNow }: ContentProps) {
  const isPast = at !== null;
  const session = useMemo<Session>(
    () => ({ room: live.room, role, mayAct: role !== "view" && !isPast }),
    [live, role, isPast],
  );
  const failure = live.failure.value;
  // Until the past is there the panel stands as it was: a reader's filters and choices live in it.
  const fallback = past.failure.value === null ? live.snapshot.value : null;
  const snapshot = isPast ? (past.snapshot.value ?? fallback) : live.snapshot.value;
  return (
    <main class="content" id="content">
      {failure !== null ? (
        <Failure error={failure} onLeave={onLeave} onRetry={onRetry} />
      ) : (
        live.snapshot.value && <Banner isConnected={live.isConnected} />
      )}
      {isPast && <PastBanner past={past} onNow={onNow} />}
      {snapshot ? (
        <panel.show key={`${panel.id} ${eyes}`} snapshot={snapshot} session={session} />
      ) : (
        failure === null && !isPast && <p class="loading muted">Reading the room…</p>
      )}
    </main>
  );
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
