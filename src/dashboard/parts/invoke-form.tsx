import { useMemo, useState } from "preact/hooks";
import type { DryRun, Invoked, Json } from "../../client/main.ts";
import type { Session } from "../live/session.ts";
import { Done, Preview } from "./outcome.tsx";
import { fieldsOf, paramsOf } from "./param-fields.ts";
import { ParamsFields } from "./params-form.tsx";
import { Refusal } from "./refusal.tsx";

interface InvokeFormProps {
  readonly session: Session;
  readonly action: string;
  readonly params: Readonly<Record<string, Json>> | undefined;
  /** The hash of the definition that the reader sees: what was redefined meanwhile is refused. */
  readonly hash?: string | undefined;
  /** Whether a dry run is offered. */
  readonly hasPreview?: boolean;
  readonly label?: string;
}

type Answer =
  | { readonly kind: "done"; readonly invoked: Invoked }
  | { readonly kind: "preview"; readonly run: DryRun }
  | { readonly kind: "refused"; readonly error: unknown };

/** Invokes an action with parameters that a form asks for. */
export function InvokeForm({ session, action, params, hash, hasPreview = true, label }: InvokeFormProps) {
  const fields = useMemo(() => fieldsOf(params), [params]);
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({});
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [isBusy, setBusy] = useState(false);
  const ask = async (call: (params: Readonly<Record<string, Json>>) => Promise<Answer>) => {
    const filled = paramsOf(fields, texts);
    setFaults(filled.ok ? {} : filled.faults);
    if (!filled.ok || isBusy) return;
    setBusy(true);
    setAnswer(await call(filled.params).catch((error: unknown) => ({ kind: "refused" as const, error })));
    setBusy(false);
  };
  const invoke = () =>
    ask(async (given) => {
      const invoked = await session.room.invoke(action, given, { ifActionHash: hash });
      setTexts({});
      return { kind: "done", invoked };
    });
  const preview = () =>
    ask(async (given) => ({ kind: "preview", run: await session.room.dryRun(action, given) }));
  return (
    <form
      class="stack invoke"
      onSubmit={(event) => {
        event.preventDefault();
        void invoke();
      }}
    >
      <ParamsFields
        fields={fields}
        texts={texts}
        faults={faults}
        onChange={(name, text) => setTexts({ ...texts, [name]: text })}
      />
      <div class="buttons">
        <button type="submit" class="primary" disabled={isBusy}>
          {label ?? "Invoke"}
        </button>
        {hasPreview && (
          <button type="button" disabled={isBusy} onClick={() => void preview()}>
            Dry run
          </button>
        )}
      </div>
      {answer?.kind === "done" && <Done invoked={answer.invoked} />}
      {answer?.kind === "preview" && <Preview run={answer.run} />}
      {answer?.kind === "refused" && <Refusal error={answer.error} />}
    </form>
  );
}
