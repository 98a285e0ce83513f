import type { DryRun, Invoked, Written } from "../../client/main.ts";
import { JsonBlock, JsonLine } from "./json.tsx";
import { Unmet } from "./refusal.tsx";

/** What an invocation did. What every room has, as `help` and `_register_view`, answers in ways of its own. */
export function Done({ invoked }: { readonly invoked: Invoked }) {
  const { seq, writes } = invoked as Partial<Invoked>;
  return (
    <div class="outcome" role="status">
      <p class="good">
        Done{" "}
        {seq !== undefined && (
          <>
            at seq <span class="num">{seq}</span>
          </>
        )}
      </p>
      {writes ? <Writes writes={writes} /> : <JsonBlock value={invoked as never} label="Answer" />}
      {invoked.result !== undefined && <JsonBlock value={invoked.result as never} label="Result" />}
      {"warning" in invoked && <p class="warn">{String(invoked.warning)}</p>}
    </div>
  );
}

/** What an invocation would do, or what stands against it. */
export function Preview({ run }: { readonly run: DryRun }) {
  return (
    <div class="outcome" role="status">
      {run.allowed ? (
        <>
          <p class="good">Would be accepted{run.writes?.length ? ", and write:" : "; it writes nothing."}</p>
          <Writes writes={run.writes ?? []} />
        </>
      ) : (
        <>
          <p class="bad">
            <code>{run.error}</code> {run.message}
          </p>
          {run.unmet && <Unmet clauses={run.unmet} />}
          {run.hint && !run.unmet && <p class="muted">{run.hint}</p>}
        </>
      )}
    </div>
  );
}

function Writes({ writes }: { readonly writes: readonly Written[] }) {
  return (
    <ul class="writes">
      {writes.map((write) =>
        "hidden" in write ? (
          <li key={`${write.scope} hidden`} class="muted">
            {write.scope}: something that you may not see
          </li>
        ) : (
          <li key={`${write.scope} ${write.key}`}>
            <code>
              {write.scope}.{write.key}
            </code>{" "}
            {"deleted" in write && <span class="muted">deleted</span>}
            {"value" in write && <JsonLine value={write.value} />}
          </li>
        ),
      )}
    </ul>
  );
}
