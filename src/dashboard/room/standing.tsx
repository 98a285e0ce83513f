import { useComputed } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { SyncError } from "../../client/main.ts";
import type { LiveRoom } from "../live/live-room.ts";
import { Refusal } from "../parts/refusal.tsx";

/** ms that a connection may be away before it is told. */
const QUIET_MS = 1_500;

/** Tells quietly that events do not come in just now, and why where that is known; what is shown stays. */
export function Banner({ live }: { readonly live: LiveRoom }) {
  const isOff = useComputed(() => live.snapshot.value !== null && !live.isConnected.value);
  const [isTold, setTold] = useState(false);
  const trouble = live.trouble.value;
  useEffect(() => {
    if (!isOff.value) return setTold(false);
    const timer = setTimeout(() => setTold(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, [isOff.value]);
  return (
    <p class="banner" role="status" hidden={!isTold && trouble === null}>
      {isTold
        ? "Reconnecting. What you see may be behind; nothing is lost."
        : trouble && <Trouble error={trouble} isBehind={live.snapshot.value !== null} />}
    </p>
  );
}

function Trouble({ error, isBehind }: { readonly error: SyncError; readonly isBehind: boolean }) {
  return (
    <>
      The server does not answer just now (<code>{error.code}</code>
      {error.status > 0 && ` ${error.status}`}). Trying again.
      {isBehind && " What you see may be behind; nothing is lost."}
    </>
  );
}

interface FailureProps {
  readonly error: unknown;
  readonly onLeave: () => void;
  readonly onRetry: () => void;
}

/** Why the room is not followed any more, and what to do. */
export function Failure({ error, onLeave, onRetry }: FailureProps) {
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
