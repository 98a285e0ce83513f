import type { Call, Connection } from "../workerd/connection.ts";

/** Calls a second, by as many callers as there are connections: each sends its next call when the last is answered. */
export async function throughput(
  connections: readonly Connection[],
  call: (turn: number) => Call,
  ms: number,
): Promise<number> {
  let turn = 0;
  const begun = performance.now();
  const until = begun + ms;
  await Promise.all(
    connections.map(async (connection) => {
      while (performance.now() < until) await connection.expect(call(turn++));
    }),
  );
  return (turn / (performance.now() - begun)) * 1000;
}

/** The value below which the share `part` of `values` lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
