import type { Result } from "../kernel/errors.ts";
import { refuse, succeed } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { LogEvent, ViewDefinition } from "../kernel/model.ts";
import { suggest } from "../kernel/suggestion.ts";
import type { SamplesCall } from "../protocol/calls.ts";
import type { AnswerObject } from "../protocol/serialise.ts";
import { RawJson } from "../protocol/serialise.ts";
import type { SampleStore } from "../storage/sample-store.ts";
import { reachRefusal } from "./compaction.ts";
import { Earliest } from "./earliest.ts";
import type { Commit } from "./parts.ts";
import type { ReadModel } from "./read-model.ts";
import { GATE_DERIVATION, VIEW_DERIVATION } from "./views.ts";

export interface SamplingParts {
  readonly model: ReadModel;
  readonly samples: SampleStore;
  readonly commit: Commit;
}

/**
 * Writes the values of temporal views into the log, by the alarm: when one has become another, and at most once a
 * minute [VIEW-5]. What was sampled when is asked of the log itself, so that nothing is forgotten by sleeping.
 */
export class Sampling {
  readonly #parts: SamplingParts;
  readonly #due = new Earliest();
  /** Views that have been looked at since the object woke and have not become stale since. */
  readonly #known = new Set<string>();
  /** Whether anything may have been left to sample before the object woke. */
  #isFresh = true;
  #temporal: readonly string[] | undefined;

  constructor(parts: SamplingParts) {
    this.#parts = parts;
  }

  /** When there may be something to sample, ms since the epoch, or null. */
  get dueAt(): number | null {
    return this.#due.at;
  }

  /** Plans to look at the temporal views that an event has made stale. */
  note({ payload }: LogEvent, stale: ReadonlySet<string>): void {
    if (payload.writes.some(({ scope }) => scope === "_views")) this.#temporal = undefined;
    for (const id of this.#ids()) {
      if (stale.has(VIEW_DERIVATION + id) || stale.has(GATE_DERIVATION + id)) this.#known.delete(id);
      if (!this.#known.has(id)) this.#due.note(this.#earliest(id));
    }
  }

  /** Samples what has changed and may be sampled by `now`, ms since the epoch. */
  run(now: number): void {
    if (!this.#isFresh && !this.#due.isDue(now)) return;
    this.#isFresh = false;
    const { model } = this.#parts;
    model.derivations.nextPass();
    const later: number[] = [];
    for (const id of this.#ids()) {
      if (this.#known.has(id)) continue;
      const earliest = this.#earliest(id);
      if (earliest > now) later.push(earliest);
      else this.#sample(id, now);
      if (model.derivations.volatility(VIEW_DERIVATION + id).now) later.push(now + LIMITS.sampleEveryMs);
    }
    this.#due.reset(later);
  }

  /** The views that are temporal now. */
  #ids(): readonly string[] {
    const { live } = this.#parts.model;
    this.#temporal ??= live.keys("_views").filter((id) => {
      const definition = live.entry("_views", id)?.value as ViewDefinition | undefined;
      return definition?.render?.temporal === true;
    });
    return this.#temporal;
  }

  #sample(id: string, now: number): void {
    const { model, commit } = this.#parts;
    const view = model.views.value(id);
    if (!model.derivations.volatility(VIEW_DERIVATION + id).now) this.#known.add(id);
    if (view === undefined) return;
    const last = this.#last(id);
    if (last && JSON.stringify(last.payload.value) === JSON.stringify(view.value)) return;
    const payload = { ok: true, writes: [], view: id, value: view.value };
    commit({ kind: "sample", agent: null, payload }, model.journal.instant(now), () => {});
  }

  /** When a view may be sampled next, ms since the epoch. */
  #earliest(id: string): number {
    const last = this.#last(id);
    return last ? Date.parse(last.ts) + LIMITS.sampleEveryMs : 0;
  }

  #last(id: string): LogEvent | undefined {
    const { samples, model } = this.#parts;
    const seq = samples.last(id);
    return seq === null ? undefined : model.log.events([seq])[0];
  }
}

/** A temporal view's values over time. Views are public, and so are they [VIEW-1]. */
export function readSamples(
  model: ReadModel,
  samples: SampleStore,
  { view, after, limit }: SamplesCall,
): Result<AnswerObject> {
  const unreachable = reachRefusal(model.checkpoint, after);
  if (unreachable) return unreachable;
  if (samples.last(view) === null && model.live.entry("_views", view) === undefined) {
    const { refusal } = refuse("view_not_found", `There is no view ${JSON.stringify(view)} in this room.`, {
      hint: "GET …/context?only=views lists the views; render.temporal of a view has it sampled.",
    });
    const unknown = { path: "view", from: view, among: model.visibleKeys("_views") };
    const next = (to: string) => `GET …/samples/${encodeURIComponent(to)}.`;
    return { ok: false, refusal: suggest(refusal, unknown, next) };
  }
  const seqs = samples.after(view, after ?? 0, limit + 1);
  const events = model.log.firstEvents(seqs.slice(0, limit));
  return succeed({
    view,
    samples: events.map(({ seq, ts, payload }) => ({ seq, ts, value: RawJson.of(payload.value ?? null) })),
    next: seqs.length > events.length ? events.at(-1)?.seq : undefined,
  });
}
