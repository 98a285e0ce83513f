import type { StripRow } from "./strip-rows.ts";

/** The strip in words, for who does not see it. */
export function StripTable({ rows }: { readonly rows: readonly StripRow[] }) {
  return (
    <table class="sr">
      <caption>Activity by agent</caption>
      <thead>
        <tr>
          <th scope="col">Agent</th>
          <th scope="col">Events</th>
          <th scope="col">Refused</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ title, total, refused }) => (
          <tr key={title}>
            <th scope="row">{title}</th>
            <td>{total}</td>
            <td>{refused}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
