import { useEffect, useState } from "preact/hooks";
import type { Session } from "../../live/session.ts";
import { Empty } from "../../parts/empty.tsx";
import { Markdown } from "../../parts/markdown.tsx";

/** What to do in a room without a vocabulary: the room's own help on it, or for who may not ask for that the server's. */
export function Bootstrap({ session }: { readonly session: Session }) {
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    const end = new AbortController();
    const told = session.mayAct
      ? session.room.help(HELP, { signal: end.signal }).then(({ content }) => String(content))
      : referenceText(end.signal);
    told.then(setText).catch(() => setText(null));
    return () => end.abort();
  }, [session]);
  return (
    <Empty title="No actions yet">
      <p>
        Nothing can be written here before somebody registers an action: a name, its parameters, what it
        writes, and when it may.
        {session.mayAct && (
          <>
            {" "}
            Choose <code>_register_action</code> below, or let an agent do it.
          </>
        )}
      </p>
      {text !== null && (
        <details>
          <summary>How a room gets its vocabulary</summary>
          <Markdown text={text} />
        </details>
      )}
    </Empty>
  );
}

const HELP = "vocabulary_bootstrap";

async function referenceText(signal: AbortSignal): Promise<string | null> {
  const response = await fetch(`/reference/${HELP}`, { signal });
  return response.ok ? await response.text() : null;
}
