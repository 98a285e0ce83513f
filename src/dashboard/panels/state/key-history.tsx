import { useEffect, useState } from "preact/hooks";
import type { HistoryEntry } from "../../../client/main.ts";
import type { Session } from "../../live/session.ts";
import { JsonLine } from "../../parts/json.tsx";
import { Refusal } from "../../parts/refusal.tsx";
import { Clock } from "../../parts/time.tsx";
import { Who } from "../../parts/who.tsx";

/** So many of a key's events are shown, the newest. */
const MOST = 500;
/** So many are kept, for what of them was there in the past. */
const MOST_KEPT = 5_000;

interface KeyHistoryProps {
  readonly scope: string;
  readonly name: string;
  /** The seq of the newest event that is known of the key: what came up to it is read. */
  readonly seq: number;
  /** Whether what came after `seq` is left out. */
  readonly isPast: boolean;
  readonly session: Session;
}

/** What happened to a key, the newest first. */
export function KeyHistory({ scope, name, seq, isPast, session }: KeyHistoryProps) {
  const [entries, setEntries] = useState<readonly HistoryEntry[]>([]);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const end = new AbortController();
    const read = async () => {
      const { signal } = end;
      const news: HistoryEntry[] = [];
      const after = entries[0]?.seq;
      for await (const entry of session.room.history(scope, { key: name, after, limit: 500, signal })) {
        news.unshift(entry);
      }
      if (!signal.aborted) setEntries([...news, ...entries].slice(0, MOST_KEPT));
    };
    read().catch((thrown: unknown) => {
      if (!end.signal.aborted) setError(thrown);
    });
    return () => end.abort();
  }, [session, scope, name, seq]);
  const shown = entries.filter((entry) => !isPast || entry.seq <= seq).slice(0, MOST);
  return (
    <section aria-label="History">
      <h4>History</h4>
      <Refusal error={error} />
      <ol class="history">
        {shown.map((entry) => (
          <li key={`${entry.seq} ${entry.revision}`}>
            <span class="num muted">{entry.seq}</span>
            <Clock ts={entry.ts} />
            <Who id={entry.agent} />
            <span class="muted">{entry.action ?? entry.op}</span>
            <span class="value">
              {entry.value === undefined ? <i class="muted">{entry.op}</i> : <JsonLine value={entry.value} />}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
