import type { Refusal } from "../kernel/errors.ts";
import { refuse } from "../kernel/errors.ts";
import type { MigrationStep, Phase } from "../kernel/migration.ts";
import { PHASES } from "../kernel/migration.ts";
import type { Caller, MigrationCall, Reply } from "../protocol/calls.ts";
import type { AnswerObject } from "../protocol/serialise.ts";
import { RawJson, serialise } from "../protocol/serialise.ts";
import { refusalReply } from "../room/answers.ts";
import type { RoomInside } from "../room/parts.ts";
import { ownerRefusal } from "../room/session.ts";
import type { Comparison } from "./comparison.ts";
import { compareSides } from "./comparison.ts";
import type { LegacyStore } from "./legacy-store.ts";
import type { Sides } from "./sides.ts";

const NOTHING: Comparison = { differences: [], difference_count: 0 };

/** Rows that are listed in an answer as not being in the room as they were. */
const MOST_LISTED = 500;

/** Moves a room of the original system, step by step, into state and log [LEGACY-5]. */
export class Migration {
  readonly #inside: RoomInside;
  readonly #store: LegacyStore;
  readonly #sides: Sides;

  constructor(inside: RoomInside, store: LegacyStore, sides: Sides) {
    this.#inside = inside;
    this.#store = store;
    this.#sides = sides;
  }

  /** Takes the step that the owner asks for, if it asks for one, and says where the room stands. */
  *answer(caller: Caller, call: MigrationCall | null, compact: boolean): Generator<void, Reply> {
    const entered = this.#inside.enter(caller);
    const barred = entered.ok ? ownerRefusal(entered.value) : entered;
    if (barred && !barred.ok) return refusalReply(barred.refusal);
    const refusal = call && (yield* this.#move(call));
    if (refusal) return refusalReply(refusal);
    const found = this.#phase === "dual" ? yield* compareSides(this.#inside, this.#sides) : this.#recorded;
    const { seq } = this.#inside.model.journal.head;
    return { status: 200, body: serialise(this.#standing(found), compact), seq };
  }

  get #phase(): Phase {
    return this.#store.exists ? this.#store.phase : "v8";
  }

  /** What the comparison found that let the room move on. */
  get #recorded(): Comparison {
    const recorded = this.#store.exists ? this.#store.differences : null;
    return recorded === null ? NOTHING : (JSON.parse(recorded) as Comparison);
  }

  *#move({ to, force }: MigrationCall): Generator<void, Refusal | null> {
    const from = this.#phase;
    if (to !== nextOf(from) && to !== backOf(from)) return wrongStep(from, to);
    const found =
      from === "dual" && to === "validated" ? yield* compareSides(this.#inside, this.#sides) : NOTHING;
    if (found.difference_count > 0 && force !== true) return differing(found);
    // Others have had their turn.
    if (this.#phase !== from) return wrongStep(this.#phase, to);
    this.#commit({ from, to, ...(found.difference_count > 0 ? { forced: true, ...found } : {}) });
    return null;
  }

  /** One event, and with it all that the step copies or drops: a crash leaves the room in a phase that works. */
  #commit(migration: MigrationStep): void {
    const { model, commit } = this.#inside;
    const { from, to, differences = [], difference_count = 0 } = migration;
    const draft = { kind: "migrate", agent: null, payload: { ok: true, writes: [], migration } } as const;
    commit(draft, model.journal.instant(model.now()), () => {
      this.#sides.move(from, to);
      this.#store.setPhase(to);
      if (to === "validated") this.#store.setDifferences(JSON.stringify({ differences, difference_count }));
      if (to === "dual") this.#store.setDifferences(null);
    });
  }

  #standing({ differences, difference_count }: Comparison): AnswerObject {
    const phase = this.#phase;
    const { entries, copied } = this.#sides.copied(phase);
    return {
      phase,
      counts: { ...this.#sides.counts(phase) },
      progress: { step: PHASES.indexOf(phase), of: PHASES.length - 1, entries, copied },
      differences: RawJson.of(differences),
      difference_count,
      next: nextOf(phase),
      back: backOf(phase),
      aside_count: this.#store.exists ? this.#store.countAside() : 0,
      aside: RawJson.of(this.#store.exists ? this.#store.aside(MOST_LISTED) : []),
      seq: this.#inside.model.journal.head.seq,
    };
  }
}

function nextOf(phase: Phase): Phase | null {
  return PHASES[PHASES.indexOf(phase) + 1] ?? null;
}

/** What has been dropped does not come back. */
function backOf(phase: Phase): Phase | null {
  return phase === "v8" ? null : (PHASES[PHASES.indexOf(phase) - 1] ?? null);
}

function wrongStep(phase: Phase, to: Phase): Refusal {
  const [next, back] = [nextOf(phase), backOf(phase)];
  const steps = [next, back].filter((step) => step !== null);
  const hint =
    steps.length === 0
      ? "There is nothing left to do."
      : `POST …/migration with ${steps.map((step) => JSON.stringify({ to: step })).join(" or ")}.`;
  return refuse("phase_conflict", `The room is ${phase}: it cannot become ${to} now.`, {
    hint,
    details: { phase, next, back },
  }).refusal;
}

function differing({ differences, difference_count }: Comparison): Refusal {
  return refuse("phase_conflict", "The two sides of the room do not show the same.", {
    hint: "See GET …/migration, register anew what differs, or take the step with force: true.",
    details: { differences: differences.map((each) => ({ ...each })), difference_count },
  }).refusal;
}
