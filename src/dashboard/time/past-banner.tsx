import { Refusal } from "../parts/refusal.tsx";
import { AgoInWords } from "../parts/time.tsx";
import type { PastRoom } from "./past-room.ts";

interface PastBannerProps {
  readonly past: PastRoom;
  readonly onNow: () => void;
}

/** Says that what stands below is how it was. */
export function PastBanner({ past, onNow }: PastBannerProps) {
  const snapshot = past.snapshot.value;
  return (
    <div class="banner past-banner">
      <p>
        {snapshot ? (
          <>
            As it was after event <b class="num">{snapshot.seq.toLocaleString()}</b>
            {snapshot.ts && (
              <>
                , <AgoInWords ts={snapshot.ts} />
              </>
            )}
          </>
        ) : (
          "Reading the past…"
        )}
      </p>
      <button type="button" class="quiet" onClick={onNow}>
        Back to now
      </button>
      <Refusal error={past.failure.value} />
    </div>
  );
}
