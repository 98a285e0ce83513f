import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { Room } from "../../client/main.ts";
import { LiveRoom } from "../live/live-room.ts";
import type { Role, Session } from "../live/session.ts";
import { PlayBar } from "../play/play-bar.tsx";
import { goTo, shown } from "../shown.ts";
import { PastBanner } from "../time/past-banner.tsx";
import type { PastRoom } from "../time/past-room.ts";
import { usePast } from "../time/use-past.ts";
import { useTimeBar } from "../time/use-time-bar.ts";
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

/** A room, live, or as it was. */
export function RoomPage({ id, token, role, onLeave }: RoomPageProps) {
  const [eyes, setEyes] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  const live = useLive(id, token, eyes, attempt);
  const { at } = shown.value;
  const now = live.snapshot.value;
  const layout = useLayout(id, now?.state._config?.dashboard);
  const panel = shownPanel(layout);
  const past = usePast(live, at, goTo);
  const time = useTimeBar(at, goTo);
  const owned = useMemo(() => ownedRoom(id, token, role), [id, token, role]);
  const { title, panels } = layout;
  const header = { id, title, role, eyes, onLeave, isTimeOpen: time.isOpen, onTime: time.toggle };
  const content = { panel, live, past, at, role, eyes, onLeave };
  return (
    <div class={at === null ? "room" : "room past"}>
      <SkipLink />
      <RoomHeader {...header} snapshot={now} isConnected={live.isConnected.value} onEyes={setEyes} />
      <Navigation
        panels={panels}
        current={panel.id}
        at={at}
        snapshot={at === null ? now : past.snapshot.value}
      />
      <Content {...content} onRetry={() => setAttempt(attempt + 1)}>
        {now && role === "room" && (
          <PlayBar
            room={id}
            token={token}
            snapshot={now}
            isOffered={at === null && PLAY_PANELS.has(panel.id)}
          />
        )}
      </Content>
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
  return live;
}

/** The layout that a room asks for; the window's title says what is shown of which room. */
function useLayout(id: string, setting: Parameters<typeof layoutOf>[0]): Layout<Panel> {
  const layout = useMemo(() => layoutOf(setting, PANELS), [setting]);
  const panel = shownPanel(layout);
  useEffect(() => {
    document.title = `${panel.title} · ${layout.title ?? id} · sync`;
  }, [panel, layout, id]);
  return layout;
}

/** The panel that the address names, or the one that the room shows first. */
function shownPanel({ panels, home }: Layout<Panel>): Panel {
  return panels.find(({ id }) => id === shown.value.panel) ?? home ?? neverEmpty();
}

function neverEmpty(): never {
  throw new Error("There are panels.");
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
  /** What stands above the panel. */
  readonly children: ComponentChildren;
}

/** One panel, and what there is to say above it. In the past nobody may act, nor where the room is not followed any more. */
function Content({ panel, live, past, at, role, eyes, onLeave, onRetry, children }: ContentProps) {
  const isPast = at !== null;
  const failure = live.failure.value;
  const mayAct = role !== "view" && failure === null && !isPast;
  const session = useMemo<Session>(() => ({ room: live.room, role, mayAct }), [live, role, mayAct]);
  // Until the past is there the panel stands as it was: a reader's filters and choices live in it.
  const fallback = past.failure.value === null ? live.snapshot.value : null;
  const snapshot = isPast ? (past.snapshot.value ?? fallback) : live.snapshot.value;
  return (
    <main class="content" id="content" tabIndex={-1}>
      {failure !== null ? (
        <Failure error={failure} onLeave={onLeave} onRetry={onRetry} />
      ) : (
        <Banner live={live} />
      )}
      {isPast && <PastBanner past={past} onNow={() => goTo(null)} />}
      {children}
      {snapshot ? (
        <panel.show key={`${panel.id} ${eyes}`} snapshot={snapshot} session={session} />
      ) : (
        failure === null &&
        !isPast && (
          <p class="loading muted" role="status">
            Reading the room…
          </p>
        )
      )}
    </main>
  );
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
