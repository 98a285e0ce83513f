import type { Json } from "./json.ts";
import { isJsonObject } from "./json.ts";

/** What speaks for a key, each in [0, 1] [CTX-8]. */
export const SIGNALS = ["recency", "dependency", "authorship", "directed", "contest", "delta"] as const;
export type Signal = (typeof SIGNALS)[number];

export type Signals = Readonly<Record<Signal, number>>;

export const NO_SIGNALS: Signals = Object.freeze({
  recency: 0,
  dependency: 0,
  authorship: 0,
  directed: 0,
  contest: 0,
  delta: 0,
});

/** How much each signal counts. */
export type Weights = Signals;

export const DEFAULT_WEIGHTS: Weights = Object.freeze({
  recency: 0.1,
  dependency: 0.3,
  authorship: 0.1,
  directed: 0.2,
  contest: 0.1,
  delta: 0.2,
});

/** The weights of `_config.salience_weights`: signals that it does not name count as they do by default. */
export function weightsOf(setting: Json | undefined): Weights {
  if (!isJsonObject(setting)) return DEFAULT_WEIGHTS;
  const weights = SIGNALS.map((signal) => {
    const weight = setting[signal];
    const isWeight = typeof weight === "number" && weight >= 0 && weight <= 1;
    return [signal, isWeight ? weight : DEFAULT_WEIGHTS[signal]] as const;
  });
  return Object.fromEntries(weights) as Weights;
}

/** Σ weightᵢ · signalᵢ */
export function scoreOf(weights: Weights, signals: Signals): number {
  return SIGNALS.reduce((sum, signal) => sum + weights[signal] * signals[signal], 0);
}

/** A score or a signal as it is shown: four decimals. */
export function rounded(number: number): number {
  return Math.round(number * 10_000) / 10_000;
}
