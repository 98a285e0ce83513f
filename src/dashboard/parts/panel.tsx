import type { ComponentChildren } from "preact";
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

/** What was chosen, beside its list; on a phone in its place. */
export function Detail({ title, onClose, children }: DetailProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and a keyboard must reach it.
    <aside class="detail" aria-label={title} tabIndex={0}>
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

interface FilterProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function Filter({ label, value, onChange }: FilterProps) {
  return (
    <input
      type="search"
      class="filter"
      aria-label={label}
      placeholder={label}
      value={value}
      spellcheck={false}
      onInput={(event) => onChange(event.currentTarget.value)}
    />
  );
}
