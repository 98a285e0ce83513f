import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Message } from "../../../client/main.ts";
import type { PanelProps } from "../../live/panel-props.ts";
import { Empty } from "../../parts/empty.tsx";
import { PanelFrame } from "../../parts/panel.tsx";
import { Refusal } from "../../parts/refusal.tsx";
import { Compose } from "./compose.tsx";
import { MessageItem } from "./message-item.tsx";
import { OlderMessages } from "./older-messages.ts";

/** So many of the newest are in the document at first; older ones are asked for. */
const STEP = 100;

/** What was said, the newest at the end, and a place to answer. */
export function MessagesPanel({ snapshot, session }: PanelProps) {
  const [replyTo, setReplyTo] = useState<Message | null>(null);
  return (
    <PanelFrame title="Messages">
      {snapshot.messages.length === 0 ? (
        <Empty title="No messages yet">
          <p>
            Agents talk here, to all or to one another. {session.mayAct && "Say the first word below."}{" "}
            Actions that append to <code>_messages</code> speak here, too.
          </p>
        </Empty>
      ) : (
        <MessageList snapshot={snapshot} session={session} onReply={session.mayAct ? setReplyTo : null} />
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

interface MessageListProps extends PanelProps {
  readonly onReply: ((message: Message) => void) | null;
}

function MessageList({ snapshot, session, onReply }: MessageListProps) {
  const older = useMemo(() => new OlderMessages(session), [session]);
  const before = older.messages.value;
  const messages = useMemo(() => [...before, ...snapshot.messages], [before, snapshot.messages]);
  const [shown, setShown] = useState(STEP);
  const byNumber = useMemo(() => new Map(messages.map((each) => [each.seq, each])), [messages]);
  const list = useFollowed(messages.at(-1)?.seq);
  const newest = messages.slice(-shown);
  const showOlder = async () => {
    const number = snapshot.messages[0]?.seq ?? 1;
    const seq = snapshot.facts._messages?.[number]?.seq ?? number;
    if (messages.length < shown + STEP && older.hasOlder.value) await older.read({ number, seq });
    setShown(shown + STEP);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and a keyboard must reach it.
    <div class="messages" ref={list} tabIndex={0} role="log" aria-label="Messages">
      <Refusal error={older.failure.value} />
      {(newest.length < messages.length || mayHaveOlder(older, messages)) && (
        <button
          type="button"
          class="quiet older"
          disabled={older.isReading.value}
          onClick={() => void showOlder()}
        >
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
            onReply={onReply && (() => onReply(message))}
          />
        ))}
      </ol>
    </div>
  );
}

/** Numbers begin with 1: before a later one there were others. */
function mayHaveOlder({ hasOlder }: OlderMessages, messages: readonly Message[]): boolean {
  return hasOlder.value && (messages[0]?.seq ?? 1) > 1;
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
