import type { Json, JsonObject } from "./json.ts";

/** A timer: exactly one of `ms`, `at`, and `ticks` with `tick_on`. In a write each of the three may be a template. */
export interface TimerDefinition {
  readonly ms?: number | string;
  /** ISO 8601; without a zone UTC. */
  readonly at?: string;
  readonly ticks?: number | string;
  /** `state._shared.turn` or `_shared.turn`. */
  readonly tick_on?: string;
  readonly effect: "delete" | "enable";
}

/** One write of an action: a place, and exactly one mode. */
export interface WriteDefinition {
  /** The scope that the action is registered under, unless it is named. */
  readonly scope?: string;
  readonly key?: string;
  readonly value?: Json;
  /** `value` is a CEL expression. */
  readonly expr?: boolean;
  readonly merge?: JsonObject | string;
  readonly increment?: number | string | true;
  readonly append?: true;
  readonly delete?: true;
  readonly if_hash?: string;
  readonly enabled?: string;
  readonly timer?: TimerDefinition;
}

/** What `_register_action` takes. */
export interface ActionDefinition {
  readonly id: string;
  readonly description?: string;
  readonly intent?: string;
  /** `_shared`, unless it is named. */
  readonly scope?: string;
  /** A JSON Schema by parameter, or one schema of all where its `type` is `object`. */
  readonly params?: JsonObject;
  /** A CEL precondition. */
  readonly if?: string;
  readonly enabled?: string;
  readonly writes: readonly WriteDefinition[];
  /** A CEL expression that is evaluated after the writes, and answered. */
  readonly result?: string;
  readonly timer?: TimerDefinition;
  readonly on_invoke?: { readonly timer: Omit<TimerDefinition, "effect"> & Partial<TimerDefinition> };
  /** Proof that the definition which this one replaces was read. */
  readonly if_hash?: string;
}

/** What `_register_view` takes. */
export interface ViewDefinition {
  readonly id: string;
  /** CEL. */
  readonly expr: string;
  /** The agent's own, unless it is named. */
  readonly scope?: string;
  readonly description?: string;
  readonly enabled?: string;
  readonly render?: JsonObject;
  readonly timer?: TimerDefinition;
  readonly if_hash?: string;
}

/** What `_send_message` takes. */
export interface MessageDraft {
  readonly body: Json;
  /** `chat`, unless it is named. */
  readonly kind?: string;
  /** An agent, or up to 50. */
  readonly to?: string | readonly string[];
  readonly reply_to?: number;
}
