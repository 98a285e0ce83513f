import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Snapshot } from "../../live/snapshot.ts";
import { completionAt } from "./completion.ts";

interface ExpressionInputProps {
  readonly value: string;
  readonly snapshot: Snapshot;
  readonly onChange: (value: string) => void;
  readonly onSubmit: () => void;
}

/** A field for an expression, which offers the names that the room has. */
export function ExpressionInput(props: ExpressionInputProps) {
  const { value, onSubmit } = props;
  const offer = useCompletion(props);
  const { field, options, index } = offer;
  return (
    <div class="expression">
      <div class="expression-field">
        <input
          ref={field}
          type="text"
          class="mono"
          aria-label="CEL expression"
          role="combobox"
          aria-expanded={options.length > 0}
          aria-controls="completions"
          aria-autocomplete="list"
          aria-activedescendant={options.length > 0 ? `completion-${index}` : undefined}
          placeholder="state._shared.turn == self"
          autocomplete="off"
          spellcheck={false}
          value={value}
          onInput={(event) => offer.type(event.currentTarget.value)}
          onClick={offer.note}
          onKeyDown={offer.press}
          onBlur={offer.close}
        />
        <Options options={options} index={index} onTake={offer.take} />
      </div>
      <button type="button" class="primary" onClick={onSubmit}>
        Evaluate
      </button>
    </div>
  );
}

interface OptionsProps {
  readonly options: readonly string[];
  readonly index: number;
  readonly onTake: (option: string) => void;
}

function Options({ options, index, onTake }: OptionsProps) {
  return (
    <div id="completions" class="completions" role="listbox" aria-label="Names" hidden={options.length === 0}>
      {options.map((option, at) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the field has the focus, and tells of the active option.
        <div
          key={option}
          id={`completion-${at}`}
          role="option"
          class="mono"
          aria-selected={at === index}
          onMouseDown={(event) => {
            event.preventDefault();
            onTake(option);
          }}
        >
          {option}
        </div>
      ))}
    </div>
  );
}

/** What is offered at the caret, and how it is taken. */
function useCompletion({ value, snapshot, onChange, onSubmit }: ExpressionInputProps) {
  const field = useRef<HTMLInputElement>(null);
  const taken = useRef<number | null>(null);
  const [caret, setCaret] = useState(0);
  const [picked, setPicked] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const completion = isOpen ? completionAt(value, caret, snapshot) : null;
  const options = completion?.options ?? [];
  const index = Math.min(picked, options.length - 1);
  // Before the next key comes: the browser puts the caret at the end of a value that was set.
  useLayoutEffect(() => {
    if (taken.current !== null) field.current?.setSelectionRange(taken.current, taken.current);
    taken.current = null;
  });
  const note = () => setCaret(field.current?.selectionStart ?? 0);
  const close = () => setOpen(false);
  const type = (text: string) => {
    onChange(text);
    setOpen(true);
    setPicked(0);
    note();
  };
  const take = (option: string) => {
    const from = completion?.from ?? caret;
    const at = from + option.length;
    onChange(value.slice(0, from) + option + value.slice(caret));
    close();
    setCaret(at);
    taken.current = at;
  };
  const press = (event: KeyboardEvent) => {
    const { key } = event;
    const offered = options[index];
    if (offered !== undefined && (key === "ArrowDown" || key === "ArrowUp")) {
      setPicked((index + (key === "ArrowDown" ? 1 : options.length - 1)) % options.length);
    } else if (offered !== undefined && key === "Tab" && !event.shiftKey) take(offered);
    else if (offered !== undefined && key === "Escape") close();
    else if (key === "Enter") {
      close();
      onSubmit();
    } else return;
    event.preventDefault();
  };
  return { field, options, index, note, close, type, take, press };
}
