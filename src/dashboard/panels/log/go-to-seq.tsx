import { useState } from "preact/hooks";

interface GoToSeqProps {
  readonly last: number;
  readonly onGo: (seq: number) => void;
}

/** Asks for the number of an event. */
export function GoToSeq({ last, onGo }: GoToSeqProps) {
  const [text, setText] = useState("");
  const go = (event: Event) => {
    event.preventDefault();
    const seq = Number(text);
    if (text.trim() === "" || !Number.isInteger(seq)) return;
    onGo(Math.min(last, Math.max(1, seq)));
  };
  return (
    <form onSubmit={go}>
      <input
        class="num seq"
        type="text"
        inputMode="numeric"
        aria-label="Go to seq"
        placeholder="seq"
        autocomplete="off"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </form>
  );
}
