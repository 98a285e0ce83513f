import type { Call } from "../workerd/connection.ts";
import type { Server } from "../workerd/server.ts";
import type { Throughput } from "./load.ts";
import { throughput } from "./load.ts";
import type { Row, Sample } from "./samples.ts";
import { inTurn, processorOf, rateOf, withConnections } from "./samples.ts";
import { processorMs } from "./servers.ts";

/** One of the two that are compared, and what it is asked. */
export interface Side {
  readonly server: Server;
  /** The call of a turn; each is made anew, so that no two writes are alike. */
  readonly call: (turn: number) => Call;
  /** Makes calls for `ms`, by other means than a connection each. */
  readonly load?: (clients: number, call: (turn: number) => Call, ms: number) => Promise<Throughput>;
}

/** What is measured in turns on two sides. */
export interface Scenario {
  readonly name: string;
  readonly clients: number;
  readonly ours: Side;
  readonly bare: Side;
  readonly samples: { readonly ours: Sample[]; readonly bare: Sample[] };
}

export function scenario(name: string, clients: number, ours: Side, bare: Side): Scenario {
  return { name, clients, ours, bare, samples: { ours: [], bare: [] } };
}

let turns = 0;

/** By so many callers at once a side is warmed up, and by so many reads or writes. */
const WARMERS = 16;
const WARM_CALLS = 6_000;

/**
 * Has a side work until its code is compiled as it stays: the engine optimises what has run some thousands of times, and a
 * side with little code of its own would be there sooner. A call is `size` reads or writes.
 */
export async function warmUp(side: Side, size = 1): Promise<void> {
  const calls = WARM_CALLS / size;
  const until = turns + calls;
  while (turns < until) await sampleOf(side, WARMERS, 500);
}

/** Has both sides work for `ms` each, the one first in odd rounds and the other in even ones. */
export async function round(measured: Scenario, ms: number, counts: boolean): Promise<void> {
  const { clients, samples } = measured;
  for (const name of inTurn("ours", "bare", samples.ours.length + 1)) {
    const sample = await sampleOf(measured[name], clients, ms);
    if (counts) samples[name].push(sample);
  }
}

/** Has one side work for `ms`. */
export async function sampleOf(side: Side, clients: number, ms: number): Promise<Sample> {
  const { server, call, load = overConnections(server) } = side;
  const offset = turns;
  const before = processorMs(server);
  const { calls, rate } = await load(clients, (turn) => call(offset + turn), ms);
  turns += calls;
  return { rate, count: calls, processorMs: processorMs(server) - before };
}

function overConnections(server: Server): NonNullable<Side["load"]> {
  return (clients, call, ms) =>
    withConnections(server, clients, (connections) => throughput(connections, call, ms));
}

export function row({ name, samples }: Scenario): Row {
  return compared(name, samples.ours, samples.bare);
}

/** A row of what two sides did, which need not have been measured as one scenario. */
export function compared(name: string, left: readonly Sample[], right: readonly Sample[]): Row {
  const [ours, bare] = [rateOf(left), rateOf(right)];
  const processor = { ours: processorOf(left), bare: processorOf(right) };
  return { name, unit: "calls/s", ours, bare, ratio: ours / bare, processor };
}
