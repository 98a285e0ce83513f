import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { ScrollRegion } from "./scroll-region.tsx";

interface PanelFrameProps {
  readonly title: string;
  /** What stands beside the title: filters, mostly. */
  readonly tools?: ComponentChildren;
  readonly children: ComponentChildren;
  /** Whether the panel scrolls as a whole; a list scrolls by itself. */
  readonly isPlain?: boolean;
}

export function PanelFrame({ title, tools, children, isPlain = false }: PanelFrameProps) {
  return (
    <section class="panel" aria-labelledby="panel-title">
      <div class="panel-head">
        <h2 id="panel-title">{title}</h2>
        {tools}
      </div>
      {isPlain ? (
        <ScrollRegion class="panel-scroll" label={title}>
          {children}
        </ScrollRegion>
      ) : (
        children
      )}
    </section>
  );
}

interface DetailProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** What was chosen, beside its list; on a phone in its place. The focus goes in with it, and back by Escape. */
export function Detail({ title, onClose, children }: DetailProps) {
  const box = useFocusWithin(title);
  useEscape(onClose);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and a keyboard must reach it.
    <aside class="detail" aria-label={title} tabIndex={0} ref={box}>
      <div class="detail-head">
        <h3>{title}</h3>
        <button type="button" class="quiet" onClick={onClose} aria-label="Close">
          ✕
        </button>
      </div>
      {children}
    </aside>
  );
}

/** Takes the focus for what is told of now; where that goes away, who had it before has it again. */
function useFocusWithin(title: string) {
  const box = useRef<HTMLElement>(null);
  const opener = useRef<Element | null>(null);
  useLayoutEffect(() => {
    if (!box.current?.contains(document.activeElement)) opener.current = document.activeElement;
    box.current?.focus({ preventScroll: true });
  }, [title]);
  useLayoutEffect(
    () => () => {
      const had = opener.current;
      // Later: on a phone the list is hidden until the detail is gone. Another detail may have the focus by then.
      setTimeout(() => {
        if (document.activeElement === document.body && had instanceof HTMLElement) had.focus();
      });
    },
    [],
  );
  return box;
}

/** Hears Escape wherever the focus is, unless a field has its own use for it. */
function useEscape(onEscape: () => void): void {
  const heard = useRef(onEscape);
  heard.current = onEscape;
  // Before the focus is seen to be there: an Escape that comes at once is heard, too.
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      const { key, target, defaultPrevented } = event;
      const isFilled = target instanceof HTMLInputElement && target.type === "search" && target.value !== "";
      if (key === "Escape" && !defaultPrevented && !isFilled) heard.current();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}

interface FilterProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Texts to choose from. */
  readonly offered?: readonly string[];
}

export function Filter({ label, value, onChange, offered }: FilterProps) {
  const id = useId();
  return (
    <>
      <input
        type="search"
        class="filter"
        aria-label={label}
        placeholder={label}
        value={value}
        spellcheck={false}
        list={offered && id}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {offered && (
        <datalist id={id}>
          {offered.map((text) => (
            <option key={text} value={text} />
          ))}
        </datalist>
      )}
    </>
  );
}
