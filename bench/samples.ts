import { Connection } from "../workerd/connection.ts";
import type { Server } from "../workerd/server.ts";
import { median } from "./load.ts";

/** How long and how often is measured. */
export interface Effort {
  readonly rounds: number;
  readonly roundMs: number;
  readonly wakes: number;
}

/** One line of the table; `ratio` is above 1 where the room is faster than what it is compared with. */
export interface Row {
  readonly name: string;
  readonly unit: "calls/s" | "deliveries/s" | "ms";
  readonly ours: number;
  readonly bare: number;
  readonly ratio: number;
  /** Processor time of the server for one call or delivery, µs: it says more than the clock where others use the machine, too. */
  readonly processor?: { readonly ours: number; readonly bare: number };
}

/** One round of one side. */
export interface Sample {
  /** Calls or deliveries a second. */
  readonly rate: number;
  /** Processor time of the server, ms. */
  readonly processorMs: number;
  /** Calls or deliveries. */
  readonly count: number;
}

/** Connections for one piece of work: a server closes those that are idle for some seconds. */
export async function withConnections<T>(
  { port }: Server,
  count: number,
  work: (connections: readonly Connection[]) => Promise<T>,
): Promise<T> {
  const connections = await Promise.all(Array.from({ length: count }, () => Connection.open(port)));
  try {
    return await work(connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** Both sides, the one first in odd rounds and the other in even ones: what a round leaves behind meets either. */
export function inTurn<const Side>(one: Side, other: Side, round: number): readonly Side[] {
  return round % 2 === 1 ? [one, other] : [other, one];
}

export function rateOf(samples: readonly Sample[]): number {
  return median(samples.map(({ rate }) => rate));
}

/** µs of the processor for one call or delivery. */
export function processorOf(samples: readonly Sample[]): number {
  const sum = (field: "count" | "processorMs") => samples.reduce((all, sample) => all + sample[field], 0);
  return (sum("processorMs") / sum("count")) * 1000;
}
