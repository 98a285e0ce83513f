import { useState } from "preact/hooks";
import type { Json } from "../../../client/main.ts";
import type { PanelProps } from "../../live/panel-props.ts";
import { endOf } from "../../live/snapshot.ts";
import { Empty } from "../../parts/empty.tsx";
import { JsonBlock } from "../../parts/json.tsx";
import { PanelFrame } from "../../parts/panel.tsx";
import { Refusal } from "../../parts/refusal.tsx";
import { ExpressionInput } from "./expression-input.tsx";

/** One evaluation: what was asked, and what came of it. */
interface Evaluation {
  readonly number: number;
  readonly expr: string;
  readonly seq: number;
  readonly value?: Json;
  readonly error?: unknown;
}

const MOST = 50;

/** Evaluates CEL with the reader's eyes. */
export function ConsolePanel({ snapshot, session }: PanelProps) {
  const [expr, setExpr] = useState("");
  const [done, setDone] = useState<readonly Evaluation[]>([]);
  const evaluate = async (text: string) => {
    if (text.trim() === "") return;
    const asked = { number: (done[0]?.number ?? 0) + 1, expr: text, seq: snapshot.seq };
    const seq = endOf(snapshot) ?? undefined;
    const outcome = await session.room.evaluate(text, { seq }).then(
      ({ value }) => ({ value }),
      (error: unknown) => ({ error }),
    );
    setDone((earlier) => [{ ...asked, ...outcome }, ...earlier].slice(0, MOST));
  };
  return (
    <PanelFrame title="Console" isPlain>
      <ExpressionInput
        value={expr}
        snapshot={snapshot}
        onChange={setExpr}
        onSubmit={() => void evaluate(expr)}
      />
      {done.length === 0 ? (
        <Empty title="Ask the room anything">
          <p>
            CEL over what {snapshot.self === "" ? "the room" : <b>{snapshot.self}</b>} sees
            {endOf(snapshot) !== null && ", in the room as it was"}. For example{" "}
            {EXAMPLES.map((example) => (
              <button key={example} type="button" class="example" onClick={() => setExpr(example)}>
                <code>{example}</code>
              </button>
            ))}
          </p>
        </Empty>
      ) : (
        <ol class="evaluations">
          {done.map((each) => (
            <li key={each.number}>
              <button
                type="button"
                class="quiet again"
                title="Edit it again"
                onClick={() => setExpr(each.expr)}
              >
                <code>{each.expr}</code>
              </button>
              <span class="num muted"> at seq {each.seq}</span>
              {each.error === undefined ? (
                <JsonBlock value={each.value ?? null} label={`Value of ${each.expr}`} />
              ) : (
                <Refusal error={each.error} />
              )}
            </li>
          ))}
        </ol>
      )}
    </PanelFrame>
  );
}

const EXAMPLES = ["size(state._shared)", 'agents.filter(a, agents[a].status == "active")', "room.seq"];
