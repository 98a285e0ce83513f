import { html } from "hono/html";

/** A piece of the page: text in it is escaped. */
export type Html = ReturnType<typeof html>;

export const NOTHING: Html = html``;

/** A text of the document: what stands in backticks is code, an empty line begins a paragraph. */
export function prose(text: string): Html {
  return html`${text.split("\n\n").map((paragraph) => html`<p>${inline(paragraph)}</p>`)}`;
}

/** One line of such a text. */
export function inline(text: string): Html {
  const parts = text.split(/`([^`]+)`/);
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))}`;
}
