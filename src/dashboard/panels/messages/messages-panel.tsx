import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Message } from "../../../client/main.ts";
import type { PanelProps } from "../../live/panel-props.ts";
import { Empty } from "../../parts/empty.tsx";
import { PanelFrame } from "../../parts/panel.tsx";
import { Compose } from "./compose.tsx";
import { MessageItem } from "./message-item.tsx";

/** So many of the newest are in the document at first; older ones are asked for. */
const STEP = 100;

/** What was said, the newest at the end, and a place to answer. */
export function MessagesPanel({ snapshot, session }: PanelProps) {
  const { messages } = snapshot;
  const [shown, setShown] = useState(STEP);
  const [replyTo, setReplyTo] = useState<Message | null>(null);
  const byNumber = useMemo(() => new Map(messages.map((each) => [each.seq, each])), [messages]);
  const list = useFollowed(messages.at(-1)?.seq);
  const newest = messages.slice(-shown);
  return (
    <PanelFrame title="Messages">
      {messages.length === 0 ? (
        <Empty title="No messages yet">
          <p>
            Agents talk here, to all or to one another. {session.mayAct && "Say the first word below."}{" "}
            Actions that append to <code>_messages</code> speak here, too.
          </p>
        </Empty>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and a keyboard must reach it.
        <div class="messages" ref={list} tabIndex={0} role="log" aria-label="Messages">
          {newest.length < messages.length && (
            <button type="button" class="quiet older" onClick={() => setShown(shown + STEP)}>
              Show older
            </button>
          )}
          <ol>
            {newest.map((message) => (
              <MessageItem
                key={message.seq}
                message={message}
                answered={message.reply_to === undefined ? undefined : byNumber.get(message.reply_to)}
                self={snapshot.self}
                onReply={session.mayAct ? () => setReplyTo(message) : null}
              />
            ))}
          </ol>
        </div>
      )}
      {session.mayAct && (
        <Compose
          session={session}
          agents={snapshot.agents}
          self={snapshot.self}
          replyTo={replyTo}
          onReplyTo={setReplyTo}
        />
      )}
    </PanelFrame>
  );
}

/** A list that stays at its end while it grows, unless its reader has scrolled back. */
function useFollowed(newest: number | undefined) {
  const list = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    const box = list.current;
    if (!box) return;
    const note = () => {
      isAtEnd.current = box.scrollTop + box.clientHeight >= box.scrollHeight - 40;
    };
    box.addEventListener("scroll", note);
    return () => box.removeEventListener("scroll", note);
  }, []);
  useLayoutEffect(() => {
    if (list.current && isAtEnd.current) list.current.scrollTop = list.current.scrollHeight;
  }, [newest]);
  return list;
}
