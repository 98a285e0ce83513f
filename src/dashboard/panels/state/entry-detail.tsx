import type { Session } from "../../live/session.ts";
import type { Snapshot } from "../../live/snapshot.ts";
import { endOf } from "../../live/snapshot.ts";
import { JsonBlock } from "../../parts/json.tsx";
import { Detail } from "../../parts/panel.tsx";
import { Ago } from "../../parts/time.tsx";
import { Who } from "../../parts/who.tsx";
import { KeyHistory } from "./key-history.tsx";

interface EntryDetailProps {
  readonly scope: string;
  /** `key` is Preact's own. */
  readonly name: string;
  readonly snapshot: Snapshot;
  readonly session: Session;
  readonly onClose: () => void;
}

/** One entry whole, with where it came from and what it was before. */
export function EntryDetail({ scope, name, snapshot, session, onClose }: EntryDetailProps) {
  const facts = snapshot.facts[scope]?.[name];
  const value = snapshot.state[scope]?.[name];
  return (
    <Detail title={`${scope}.${name}`} onClose={onClose}>
      {value === undefined ? (
        <p class="muted">Deleted.</p>
      ) : (
        <JsonBlock value={value} label={`Value of ${scope}.${name}`} />
      )}
      {facts && (
        <dl class="facts-list">
          <dt>Revision</dt>
          <dd class="num">{facts.revision}</dd>
          <dt>Hash</dt>
          <dd class="mono">{facts.hash}</dd>
          <dt>Writer</dt>
          <dd>
            <Who id={facts.writer} />
            {facts.via && (
              <span class="muted">
                {" "}
                via <code>{facts.via}</code>
              </span>
            )}
          </dd>
          <dt>Updated</dt>
          <dd>
            <Ago ts={facts.updated_at} />
            {facts.seq !== undefined && <span class="muted num"> at seq {facts.seq}</span>}
          </dd>
        </dl>
      )}
      <KeyHistory
        key={`${scope} ${name}`}
        scope={scope === "self" ? snapshot.self : scope}
        name={name}
        seq={facts?.seq ?? snapshot.seq}
        isPast={endOf(snapshot) !== null}
        session={session}
      />
    </Detail>
  );
}
