/** One operation of a history: between the two instants it took effect at once, if history is linearizable. */
export interface Operation<Input> {
  readonly client: number;
  readonly input: Input;
  /** What was answered, as text; null where nobody knows whether the operation was done. */
  readonly output: string | null;
  /** Instants of one clock; one that was not answered returns never. */
  readonly invoked: number;
  readonly returned: number;
}

/** What an object does, one operation after another. */
export interface SequentialModel<State, Input> {
  readonly initial: State;
  /** The answer, and the state after it. */
  step(state: State, input: Input): { readonly state: State; readonly output: string };
  /** A text that tells states apart. */
  text(state: State): string;
}

/** A call or a return, in a list from which operations are taken and into which they are put back. */
interface Moment<Input> {
  readonly operation: Operation<Input>;
  readonly index: number;
  /** The return of a call; null for a return. */
  readonly match: Moment<Input> | null;
  before: Moment<Input> | null;
  after: Moment<Input> | null;
}

/**
 * Whether there is an order of the operations that the model allows and that keeps apart what did not overlap: the search
 * of Wing and Gong with the memory of Lowe, by which no set of operations is tried twice from one state. An operation
 * without an answer may have been done at any time since, or never.
 */
export function isLinearizable<State, Input>(
  history: readonly Operation<Input>[],
  model: SequentialModel<State, Input>,
): boolean {
  const head = momentsOf(history);
  const tried = new Set<string>();
  const done: { moment: Moment<Input>; state: State }[] = [];
  let [state, taken] = [model.initial, 0n];
  for (let moment = head.after; moment !== null; ) {
    const { operation, index, match } = moment;
    if (match === null) {
      // Only those are left of which nobody knows.
      if (operation.output === null) return true;
      const last = done.pop();
      if (last === undefined) return false;
      state = last.state;
      taken &= ~(1n << BigInt(last.moment.index));
      putBack(last.moment);
      moment = last.moment.after;
      continue;
    }
    const next = model.step(state, operation.input);
    const withIt = taken | (1n << BigInt(index));
    const situation = `${withIt} ${model.text(next.state)}`;
    if ((operation.output === null || operation.output === next.output) && !tried.has(situation)) {
      tried.add(situation);
      done.push({ moment, state });
      [state, taken] = [next.state, withIt];
      take(moment);
      moment = head.after;
    } else moment = moment.after;
  }
  return true;
}

/** Calls and returns in the order of their instants, behind a head that is neither. */
function momentsOf<Input>(history: readonly Operation<Input>[]): { after: Moment<Input> | null } {
  const dated = history.flatMap((operation, index) => {
    const returns: Moment<Input> = { operation, index, match: null, before: null, after: null };
    const calls: Moment<Input> = { operation, index, match: returns, before: null, after: null };
    return [
      { at: operation.invoked, moment: calls },
      { at: operation.output === null ? Number.POSITIVE_INFINITY : operation.returned, moment: returns },
    ];
  });
  dated.sort((left, right) => (left.at === right.at ? 0 : left.at - right.at));
  const head = { after: null } as Moment<Input>;
  let last = head;
  for (const { moment } of dated) {
    last.after = moment;
    moment.before = last;
    last = moment;
  }
  return head;
}

function take<Input>({ before, after, match }: Moment<Input>): void {
  if (before) before.after = after;
  if (after) after.before = before;
  if (match?.before) match.before.after = match.after;
  if (match?.after) match.after.before = match.before;
}

/** The return first, as the one that was taken last. */
function putBack<Input>(moment: Moment<Input>): void {
  const { match } = moment;
  if (match?.before) match.before.after = match;
  if (match?.after) match.after.before = match;
  if (moment.before) moment.before.after = moment;
  if (moment.after) moment.after.before = moment;
}
