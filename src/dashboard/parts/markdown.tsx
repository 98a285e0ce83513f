import DOMPurify from "dompurify";
import { marked } from "marked";
import { useLayoutEffect, useRef } from "preact/hooks";

/** What markdown can become. Nothing of it loads, runs, or carries a style of its own [DASH-5]. */
const SAFE = {
  ALLOWED_TAGS: [
    ..."h1 h2 h3 h4 h5 h6 p br hr blockquote pre code em strong del a".split(" "),
    ..."ul ol li table thead tbody tr th td".split(" "),
  ],
  ALLOWED_ATTR: ["href", "start"],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
} as const;

// HTML stands as the text that it is; a list of tasks has no form controls, which nothing would hear.
marked.use({
  renderer: {
    html: ({ text }) => escaped(text),
    checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
  },
});

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** Text of an agent's as GitHub's markdown. */
export function Markdown({ text }: { readonly text: string }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => box.current?.replaceChildren(fragmentOf(text)), [text]);
  return <div class="markdown" ref={box} />;
}

function fragmentOf(text: string): DocumentFragment {
  const html = marked.parse(text, { async: false, gfm: true });
  const fragment = DOMPurify.sanitize(html, {
    ...SAFE,
    ALLOWED_TAGS: [...SAFE.ALLOWED_TAGS],
    ALLOWED_ATTR: [...SAFE.ALLOWED_ATTR],
  });
  for (const link of fragment.querySelectorAll("a")) {
    link.rel = "noopener noreferrer nofollow";
    link.target = "_blank";
  }
  return fragment;
}
