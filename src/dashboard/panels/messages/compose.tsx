import { useRef, useState } from "preact/hooks";
import type { AgentShown, Message } from "../../../client/main.ts";
import type { Session } from "../../live/session.ts";
import { Refusal } from "../../parts/refusal.tsx";
import { excerptOf } from "./message-item.tsx";

interface ComposeProps {
  readonly session: Session;
  readonly agents: Readonly<Record<string, AgentShown>>;
  readonly self: string;
  readonly replyTo: Message | null;
  readonly onReplyTo: (message: Message | null) => void;
}

/** Sends a message: to all, to an agent, or in answer to another. */
export function Compose({ session, agents, self, replyTo, onReplyTo }: ComposeProps) {
  const [to, setTo] = useState("");
  const [body, setBody] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isSending, setSending] = useState(false);
  const text = useRef<HTMLTextAreaElement>(null);
  const send = async () => {
    if (body.trim() === "" || isSending) return;
    setSending(true);
    try {
      const directed = to === "" ? {} : { to };
      const answer = replyTo === null ? {} : { reply_to: replyTo.seq };
      await session.room.sendMessage({ body, ...directed, ...answer });
      setBody("");
      setError(null);
      onReplyTo(null);
    } catch (thrown) {
      setError(thrown);
    } finally {
      setSending(false);
      text.current?.focus();
    }
  };
  return (
    <form
      class="compose"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Refusal error={error} />
      {replyTo && <Replying to={replyTo} onCancel={() => onReplyTo(null)} />}
      <div class="compose-row">
        <Recipient agents={agents} self={self} to={to} onTo={setTo} />
        <textarea
          aria-label="Message"
          ref={text}
          rows={1}
          placeholder={self === "" ? "Message, as the room" : `Message, as ${self}`}
          value={body}
          onInput={(event) => setBody(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey) return;
            event.preventDefault();
            void send();
          }}
        />
        <button type="submit" class="primary" disabled={isSending}>
          Send
        </button>
      </div>
    </form>
  );
}

interface RecipientProps extends Pick<ComposeProps, "agents" | "self"> {
  readonly to: string;
  readonly onTo: (to: string) => void;
}

function Recipient({ agents, self, to, onTo }: RecipientProps) {
  return (
    <select aria-label="Recipient" value={to} onChange={(event) => onTo(event.currentTarget.value)}>
      <option value="">to all</option>
      {Object.keys(agents)
        .filter((agent) => agent !== self)
        .map((agent) => (
          <option key={agent} value={agent}>
            to {agent}
          </option>
        ))}
    </select>
  );
}

interface ReplyingProps {
  readonly to: Message;
  readonly onCancel: () => void;
}

function Replying({ to, onCancel }: ReplyingProps) {
  return (
    <p class="quoted muted">
      ↳ {to.from ?? "room"}: {excerptOf(to)}
      <button type="button" class="quiet" onClick={onCancel}>
        Do not reply
      </button>
    </p>
  );
}
