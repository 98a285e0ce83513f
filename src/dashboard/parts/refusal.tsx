import type { UnmetClause } from "../../client/main.ts";
import { SyncError } from "../../client/main.ts";
import { JsonLine } from "./json.tsx";

/** What went wrong, and what to do about it. */
export function Refusal({ error }: { readonly error: unknown }) {
  if (error === null || error === undefined) return null;
  if (!SyncError.is(error)) {
    return (
      <p class="refusal" role="alert">
        {error instanceof Error ? error.message : String(error)}
      </p>
    );
  }
  const { unmet } = error.details as { readonly unmet?: readonly UnmetClause[] };
  return (
    <div class="refusal" role="alert">
      <p>
        <code>{error.code}</code> {error.message}
      </p>
      {unmet && <Unmet clauses={unmet} />}
      {error.hint && <p class="muted">{error.hint}</p>}
    </div>
  );
}

/** The clauses that do not hold, each with what it read [ACT-22]. */
export function Unmet({ clauses }: { readonly clauses: readonly UnmetClause[] }) {
  return (
    <ul class="unmet">
      {clauses.map(({ clause, value, excerpt, fault, reads = [], hidden }) => (
        <li key={clause}>
          <code class="clause">{hidden ? "A clause over what you may not see" : clause}</code>
          <span class="muted">
            {" "}
            is <JsonLine value={fault ?? value ?? excerpt ?? null} />
          </span>
          {reads.length > 0 && (
            <ul>
              {reads.map((read) => (
                <li key={JSON.stringify(read)} class="muted">
                  <code>
                    {read.scope}.{read.key}
                  </code>{" "}
                  {read.absent ? "is not there" : <JsonLine value={read.value ?? read.excerpt ?? null} />}
                  {read.did_you_mean !== undefined && (
                    <>
                      ; did you mean <code>{String(read.did_you_mean)}</code>?
                    </>
                  )}
                </li>
              ))}
            </ul>
          )}
        </li>
      ))}
    </ul>
  );
}
