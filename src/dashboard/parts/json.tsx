import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { Json } from "../../client/main.ts";

/** A row shows so much of a value. */
const LINE_CHARS = 240;
/** Values whose text is longer are shown without colours, and at first by their beginning. */
const COLOURED_CHARS = 20_000;

/** A value on one line. Texts stand without quotes only where `isPlain`. */
export function JsonLine({ value, isPlain = false }: { readonly value: Json; readonly isPlain?: boolean }) {
  if (isPlain && typeof value === "string") return <span class="mono">{value.slice(0, LINE_CHARS)}</span>;
  return <code class={`json ${kindOf(value)}`}>{lineOf(value)}</code>;
}

/** A value as JSON over as many lines as it takes. */
export function JsonBlock({ value, label }: { readonly value: Json; readonly label: string }) {
  const [isWhole, setWhole] = useState(false);
  const text = JSON.stringify(value, null, 2) ?? "null";
  const isLong = text.length > COLOURED_CHARS;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and a keyboard must reach it. */}
      <figure class="json block" tabIndex={0} aria-label={label}>
        <pre>{isLong ? (isWhole ? text : `${text.slice(0, COLOURED_CHARS)}…`) : coloured(value, "")}</pre>
      </figure>
      {isLong && (
        <button type="button" class="quiet" onClick={() => setWhole(!isWhole)}>
          {isWhole ? "Show less" : `Show all ${text.length.toLocaleString()} characters`}
        </button>
      )}
    </>
  );
}

function kindOf(value: Json): string {
  return value === null ? "null" : typeof value;
}

const LINES = new WeakMap<object, string>();

/** Of what is not a plain value once: lists show the same ones again with every event. */
function lineOf(value: Json): string {
  if (typeof value !== "object" || value === null) return cut(JSON.stringify(value) ?? "null");
  const line = LINES.get(value) ?? cut(JSON.stringify(value));
  LINES.set(value, line);
  return line;
}

function cut(text: string): string {
  return text.length > LINE_CHARS ? `${text.slice(0, LINE_CHARS)}…` : text;
}

function coloured(value: Json, indent: string): VNode {
  if (typeof value !== "object" || value === null) {
    return <span class={kindOf(value)}>{JSON.stringify(value)}</span>;
  }
  const isList = Array.isArray(value);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  const members = Object.entries(value);
  if (members.length === 0) return <span>{open + close}</span>;
  return (
    <span>
      {open}
      {members.map(([key, each], index) => (
        <span key={key}>
          {`\n${indent}  `}
          {!isList && <span class="key">{JSON.stringify(key)}: </span>}
          {coloured(each, `${indent}  `)}
          {index < members.length - 1 ? "," : ""}
        </span>
      ))}
      {`\n${indent}${close}`}
    </span>
  );
}
