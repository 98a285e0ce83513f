const LINES = [
  { kind: "write", word: "writes" },
  { kind: "check", word: "an action reads" },
  { kind: "read", word: "a view reads" },
] as const;

/** What the lines and signs of the map mean. */
export function Legend() {
  return (
    <ul class="map-legend" aria-label="Legend">
      {LINES.map(({ kind, word }) => (
        <li key={kind}>
          <svg class="edges" width="24" height="10" aria-hidden="true">
            <path class={kind} d={kind === "write" ? "M0 5H18" : "M0 5H24"} />
            {kind === "write" && <path class="head write" d="M24 5L17 1.5V8.5Z" />}
          </svg>
          {word}
        </li>
      ))}
      <li>
        <span class="sign" aria-hidden="true">
          !
        </span>
        contested
      </li>
      <li class="manner">press twice to open</li>
    </ul>
  );
}
