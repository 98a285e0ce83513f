import type { Result } from "../../kernel/errors.ts";
import { refuse } from "../../kernel/errors.ts";
import type { Answer } from "../../protocol/serialise.ts";
import type { Reading } from "./context.ts";
import type { Part } from "./parts.ts";

/** What became different since an earlier answer [CTX-3]. */
export interface Changes {
  /** Whether a member of a part may look different now. */
  isChanged(part: Part, key: string): boolean;
  /** Of what is gone, the names; undefined where nothing is. */
  readonly deleted: Answer | undefined;
  /** The number of the last message that there was then. */
  readonly lastMessage: number;
}

/** What became different for this reader since the event `since`, in the parts that it reads. */
export function changesSince(_reading: Reading, _parts: readonly Part[], _since: number): Result<Changes> {
  return refuse("invalid_request", "since is not supported by this version.");
}
