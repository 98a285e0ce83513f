import { LIMITS } from "../../kernel/limits.ts";
import type { Reply } from "../../protocol/calls.ts";
import type { FrameId } from "../../protocol/frames.ts";
import { sendable } from "../answers.ts";
import type { Frame } from "./watcher.ts";
import { textFrame } from "./watcher.ts";

/**
 * The answer to a frame: the HTTP answer's fields, beside the frame's own id and what kind of frame it is. Where the
 * answer `hasId` of its own, as a definition's has, or is a refusal with details, the frame's fields stand in their place.
 * A long answer was asked for: it counts as one short enough for a frame, so that what comes next may still be sent.
 */
export function answerFrame(id: FrameId | undefined, reply: Reply, hasId = false): Frame {
  const { status, body, replayed } = sendable(reply);
  const head = {
    type: status < 400 ? "result" : "error",
    ...(id === undefined ? {} : { id }),
    status,
    ...(replayed ? { replayed } : {}),
  };
  const isRewritten = status >= 400 || hasId;
  const text = isRewritten
    ? JSON.stringify({ ...JSON.parse(body), ...head })
    : `${JSON.stringify(head).slice(0, -1)},${body.slice(1)}`;
  const frame = textFrame(text);
  return { ...frame, bytes: Math.min(frame.bytes, LIMITS.frameBytes) };
}
