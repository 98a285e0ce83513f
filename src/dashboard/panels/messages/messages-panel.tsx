import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Message } from "../../../client/main.ts";
import type { PanelProps } from "../../live/panel-props.ts";
import { Empty } from "../../parts/empty.tsx";
import { PanelFrame } from "../../parts/panel.tsx";
import { Refusal } from "../../parts/refusal.tsx";
import { choose, chosenIn } from "../../shown.ts";
import { Compose } from "./compose.tsx";
import { MessageItem } from "./message-item.tsx";
import { OlderMessages } from "./older-messages.ts";
import { Threads } from "./threads.ts";

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
  const all = useMemo(() => [...before, ...snapshot.messages], [before, snapshot.messages]);
  const threads = useMemo(() => new Threads(all), [all]);
  const [chosen] = chosenIn("messages");
  const thread = chosen === undefined ? null : Number(chosen);
  const messages = thread === null ? all : all.filter(({ seq }) => threads.of(seq) === thread);
  const [shown, setShown] = useState(STEP);
  const list = useFollowed(messages.at(-1)?.seq);
  const showOlder = async () => {
    const number = snapshot.messages[0]?.seq ?? 1;
    const seq = snapshot.facts._messages?.[number]?.seq ?? number;
    if (messages.length < shown + STEP && older.hasOlder.value) await older.read({ number, seq });
    setShown(shown + STEP);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and a keyboard must reach it.
    <div class="messages" ref={list} tabIndex={0} role="log" aria-label="Messages">
      {thread !== null && <ThreadHead root={thread} count={messages.length} />}
      <Refusal error={older.failure.value} />
      {(shown < messages.length || mayHaveOlder(older, all)) && (
        <button
          type="button"
          class="quiet older"
          disabled={older.isReading.value}
          onClick={() => void showOlder()}
        >
          Show older
        </button>
      )}
      <Talk {...{ all, threads, onReply }} messages={messages.slice(-shown)} self={snapshot.self} />
    </div>
  );
}

/** Says that only a thread is shown, and leads back. */
function ThreadHead({ root, count }: { readonly root: number; readonly count: number }) {
  return (
    <p class="thread-head">
      <span class="muted">
        {count === 1 ? "One message" : `${count} messages`} in the thread of message {root}
      </span>
      <button type="button" class="quiet" onClick={() => choose("messages", [])}>
        All messages
      </button>
    </p>
  );
}

interface TalkProps {
  readonly messages: readonly Message[];
  readonly all: readonly Message[];
  readonly threads: Threads;
  readonly self: string;
  readonly onReply: MessageListProps["onReply"];
}

function Talk({ messages, all, threads, self, onReply }: TalkProps) {
  const byNumber = useMemo(() => new Map(all.map((each) => [each.seq, each])), [all]);
  return (
    <ol>
      {messages.map((message) => {
        const root = threads.of(message.seq);
        return (
          <MessageItem
            key={message.seq}
            message={message}
            answered={message.reply_to === undefined ? undefined : byNumber.get(message.reply_to)}
            thread={{ root, size: threads.size(root) }}
            self={self}
            onReply={onReply && (() => onReply(message))}
          />
        );
      })}
    </ol>
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
