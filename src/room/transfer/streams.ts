import type { Refusal } from "../../kernel/errors.ts";
import { LIMITS } from "../../kernel/limits.ts";
import type { Pages } from "./export.ts";
import { LineSplitter } from "./line-splitter.ts";

/** Pages as a stream: each is made when its reader asks for more, and none when nobody does. `next` makes one. */
export function pageStream(
  pages: Pages,
  next: () => IteratorResult<string, unknown>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      await othersTurn();
      let page = next();
      while (!page.done && page.value === "") page = next();
      if (!page.done) controller.enqueue(encoder.encode(page.value));
      else if (page.value === "complete") {
        controller.close();
        controller.byobRequest?.respond(0);
      } else controller.error(new Error("the room has forgotten what was to be read next"));
    },
    cancel() {
      pages.return("complete");
    },
  });
}

/**
 * Reads `body` to its end and hands its lines over, some at a time: others have their turn in between. Answers why a line
 * was refused, or `broken` where the stream broke off or fell silent, or null.
 */
export async function receive(
  body: ReadableStream<Uint8Array>,
  take: (lines: readonly string[]) => Refusal | null,
  broken: () => Refusal,
): Promise<Refusal | null> {
  const reader = body.getReader();
  const splitter = new LineSplitter();
  let lines: string[] = [];
  let bytes = 0;
  try {
    for (;;) {
      const chunk = await readInTime(reader);
      if (chunk === null) return broken();
      const split = chunk.done ? splitter.end() : splitter.push(chunk.value);
      if (!split.ok) return split.refusal;
      for (const line of split.value) lines.push(line);
      bytes += chunk.done ? 0 : chunk.value.byteLength;
      if (!chunk.done && bytes < LIMITS.transferSliceBytes) continue;
      const refusal = take(lines);
      if (refusal || chunk.done) return refusal;
      await othersTurn();
      lines = [];
      bytes = 0;
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

/** Resolves after what has come in meanwhile: a stream between two objects of one process would keep it out. */
function othersTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** The next chunk, or null where the sender broke off or has been silent for too long. */
async function readInTime(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<ReadableStreamReadResult<Uint8Array> | null> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const silence = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), LIMITS.importSilenceMs);
  });
  try {
    return await Promise.race([reader.read(), silence]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
