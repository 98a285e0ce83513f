import type { Reply } from "../../protocol/calls.ts";
import type { FrameId } from "../../protocol/frames.ts";
import type { Frame } from "./watcher.ts";
import { textFrame } from "./watcher.ts";

/**
 * The answer to a frame: the HTTP answer's fields, beside the frame's own id and what kind of frame it is. Where the
 * answer `hasId` of its own, as a definition's has, or is a refusal with details, the frame's fields stand in their place.
 */
export function answerFrame(id: FrameId | undefined, reply: Reply, hasId = false): Frame {
  const { status, body, replayed } = reply;
  const head = {
    type: status < 400 ? "result" : "error",
    ...(id === undefined ? {} : { id }),
    status,
    ...(replayed ? { replayed } : {}),
  };
  if (status >= 400 || hasId) return textFrame(JSON.stringify({ ...JSON.parse(body), ...head }));
  return textFrame(`${JSON.stringify(head).slice(0, -1)},${body.slice(1)}`);
}
