/** Whoever makes one call after another. */
export interface Caller<Call> {
  /** Resolves when the call is answered as it should be. */
  expect(call: Call): Promise<unknown>;
}

/** What callers got done. */
export interface Throughput {
  readonly calls: number;
  /** Calls a second; the last calls may have ended after the time was over. */
  readonly rate: number;
}

/** Has callers make calls for `ms`: each sends its next when the last is answered. */
export async function throughput<Call>(
  callers: readonly Caller<Call>[],
  call: (turn: number) => Call,
  ms: number,
): Promise<Throughput> {
  let turn = 0;
  const begun = performance.now();
  const until = begun + ms;
  await Promise.all(
    callers.map(async (caller) => {
      while (performance.now() < until) await caller.expect(call(turn++));
    }),
  );
  return { calls: turn, rate: (turn / (performance.now() - begun)) * 1000 };
}

/** The value below which the share `part` of `values` lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
