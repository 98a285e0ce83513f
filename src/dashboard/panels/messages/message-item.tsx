import type { Message } from "../../../client/main.ts";
import { JsonBlock } from "../../parts/json.tsx";
import { Clock } from "../../parts/time.tsx";
import { Who } from "../../parts/who.tsx";
import { choose } from "../../shown.ts";

interface MessageItemProps {
  readonly message: Message;
  /** The message that it answers, where that is known. */
  readonly answered: Message | undefined;
  /** The thread that it belongs to, and how many messages of it are known. */
  readonly thread: { readonly root: number; readonly size: number };
  readonly self: string;
  readonly onReply: (() => void) | null;
}

export function MessageItem({ message, answered, thread, self, onReply }: MessageItemProps) {
  const { seq, from, kind, body, to, reply_to, via, ts } = message;
  const recipients = to === undefined ? [] : typeof to === "string" ? [to] : to;
  const isForMe = recipients.includes(self);
  return (
    <li class={`message${isForMe ? " for-me" : ""}`}>
      <div class="message-head">
        <b>
          <Who id={from} />
        </b>
        {recipients.length > 0 && <span class="muted">to {recipients.join(", ")}</span>}
        {kind !== "chat" && <span class="kind">{kind}</span>}
        {via && (
          <span class="muted">
            via <code>{via}</code>
          </span>
        )}
        <Clock ts={ts} />
        <span class="num muted">#{seq}</span>
        {thread.size > 1 && <ThreadLink {...thread} seq={seq} />}
        {onReply && (
          <button type="button" class="quiet reply" onClick={onReply} aria-label={`Reply to message ${seq}`}>
            Reply
          </button>
        )}
      </div>
      {reply_to !== undefined && (
        <p class="quoted muted">
          ↳ {answered ? `${answered.from ?? "room"}: ${excerptOf(answered)}` : `message ${reply_to}`}
        </p>
      )}
      {typeof body === "string" ? (
        <p class="message-body">{body}</p>
      ) : (
        <JsonBlock value={body} label={`Message ${seq}`} />
      )}
    </li>
  );
}

interface ThreadLinkProps {
  readonly root: number;
  readonly size: number;
  readonly seq: number;
}

/** Leads to the thread of a message. */
function ThreadLink({ root, size, seq }: ThreadLinkProps) {
  return (
    <button
      type="button"
      class="quiet thread"
      aria-label={`${size} in thread of message ${seq}`}
      onClick={() => choose("messages", [String(root)])}
    >
      {size} in thread
    </button>
  );
}

export function excerptOf({ body }: Message): string {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return text.length > 90 ? `${text.slice(0, 90)}…` : text;
}
