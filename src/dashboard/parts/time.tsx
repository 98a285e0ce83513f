import { signal } from "@preact/signals";

/** The time of day as far as the page's words go: within ten seconds. */
const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, 10_000);

/** Made once: to make one takes longer than all else that a row of the log costs. */
const DATE = new Intl.DateTimeFormat([], { dateStyle: "medium", timeStyle: "medium" });
const TIME = new Intl.DateTimeFormat([], { timeStyle: "medium", hourCycle: "h23" });

/** How long ago an instant was; the instant itself on hover. */
export function Ago({ ts }: { readonly ts: string | null | undefined }) {
  if (!ts) return <span class="muted">never</span>;
  return (
    <time dateTime={ts} title={DATE.format(Date.parse(ts))} class="num">
      {agoOf(Math.max(0, Math.max(now.value, Date.now()) - Date.parse(ts)))}
    </time>
  );
}

/** How long ago an instant was, within a sentence. */
export function AgoInWords({ ts }: { readonly ts: string }) {
  const ago = agoOf(Math.max(0, Math.max(now.value, Date.now()) - Date.parse(ts)));
  return (
    <time dateTime={ts} title={new Date(ts).toLocaleString()} class="num">
      {ago === "now" ? "just now" : `${ago} ago`}
    </time>
  );
}

/** The time of day of an instant. */
export function Clock({ ts }: { readonly ts: string }) {
  const date = Date.parse(ts);
  return (
    <time dateTime={ts} title={DATE.format(date)} class="num muted">
      {TIME.format(date)}
    </time>
  );
}

function agoOf(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 10) return "now";
  if (seconds < 60) return `${Math.floor(seconds / 10) * 10} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
