import type { OptionSpecs } from "./command.ts";
import type { Output } from "./output.ts";
import type { Kept } from "./profiles.ts";
import { plain } from "./text.ts";

/** What each command takes that makes a profile and goes on with it. */
export const STAY = {
  stay: { kind: "flag", about: "go on with the profile in use" },
} as const satisfies OptionSpecs;

/** Says that commands go elsewhere from now on, or speak for somebody else. */
export function tellInUse({ previous, current }: Kept, output: Output): void {
  if (previous === null || previous === current) return;
  output.tell(
    `In use from now on: ${plain(current)}. Back to the last: \`sync profiles use ${plain(previous)}\`.`,
  );
}
