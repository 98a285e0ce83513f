/** The way home. */
export function Brand() {
  return (
    <a class="brand" href="/" aria-label="sync, home">
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d="M2.5 5.5h11M2.5 10.5h11" />
        <circle cx="5.5" cy="5.5" r="2" />
        <circle cx="10.5" cy="10.5" r="2" />
      </svg>
      sync
    </a>
  );
}
