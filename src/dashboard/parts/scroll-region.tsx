import type { ComponentChildren, Ref } from "preact";

interface ScrollRegionProps {
  readonly label: string;
  readonly class: string;
  readonly children: ComponentChildren;
  readonly box?: Ref<HTMLElement>;
}

/** A part of the page that scrolls by itself, also by the keyboard. */
export function ScrollRegion({ label, class: name, children, box }: ScrollRegionProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and a keyboard must reach it.
    <section ref={box ?? null} class={name} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
