import type { ActionShown } from "../../../client/main.ts";
import type { ActionRecord } from "../../live/snapshot.ts";

interface AvailabilityProps {
  readonly shown: ActionShown | undefined;
  readonly record: ActionRecord | undefined;
}

/** Whether an action may be invoked now, as far as that is known without its parameters. */
export function Availability({ shown, record }: AvailabilityProps) {
  if (!shown) return <span class="tag">disabled</span>;
  if (shown.available) return <span class="tag good">available</span>;
  if (readsParams(record)) return <span class="tag">depends on its parameters</span>;
  return <span class="tag bad">not now</span>;
}

/** A condition that reads parameters is shown as it is without any [CEL-6], which says little. */
export function readsParams(record: ActionRecord | undefined): boolean {
  return /\bparams\b/.test(record?.if ?? "");
}
