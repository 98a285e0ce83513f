import type { Refused } from "../../kernel/decide/decision.ts";
import { refuse } from "../../kernel/errors.ts";
import { reachRefusal } from "../compaction.ts";
import type { ReadModel } from "../read-model.ts";

/** Why nobody can be told what changed after the event `since`, or null [CTX-3]. */
export function sinceRefusal(model: ReadModel, since: number): Refused | null {
  const { head } = model.journal;
  if (since > head.seq) {
    return refuse("invalid_request", `The log ends at seq ${head.seq}.`, {
      hint: `GET …/context?since=${head.seq} answers what changes from now on, GET …/context everything.`,
      details: { seq: head.seq },
    });
  }
  return reachRefusal(model.checkpoint, since) ?? remakeRefusal(model, since);
}

/** What an import or a step of a migration changes, the events that it brings need not tell. */
function remakeRefusal({ index, log, journal }: ReadModel, since: number): Refused | null {
  if (since === 0) return null;
  const made = index.lastWrite("_config", "room", journal.head.seq);
  // A room that was made by its first event has no phases to move through.
  const moved = made === 1 ? null : log.lastOfKind("migrate", since);
  const remade = Math.max(made ?? 0, moved ?? 0);
  if (remade <= since) return null;
  return refuse("compacted", `This room was made anew by its event ${remade}.`, {
    hint: "Read the room as it is with GET …/context, and go on from its seq.",
    details: { earliest: remade + 1 },
  });
}
