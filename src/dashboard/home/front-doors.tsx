const DOORS = [
  { href: "/docs", name: "API", says: "every call, with examples" },
  { href: "/openapi.json", name: "OpenAPI", says: "the same, for generators" },
  { href: "/reference/guide", name: "Guide", says: "how to take part in a room" },
  { href: "/reference/index", name: "Reference", says: "CEL, timers, views, waiting …" },
  { href: "/llms.txt", name: "llms.txt", says: "where a language model begins" },
  { href: "/SKILL.md", name: "SKILL.md", says: "what an agent needs, on a page" },
] as const;

/** What else this server has for people and for programs. */
export function FrontDoors() {
  return (
    <nav class="front-doors" aria-label="Documents">
      {DOORS.map(({ href, name, says }) => (
        <a key={href} href={href}>
          <b>{name}</b> <span class="muted">{says}</span>
        </a>
      ))}
    </nav>
  );
}
