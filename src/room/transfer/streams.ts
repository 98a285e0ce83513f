import type { Refusal, Result } from "../../kernel/errors.ts";
import { LIMITS } from "../../kernel/limits.ts";
import type { Pages } from "./export.ts";

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
      for (; !page.done && page.value === ""; page = next()) await othersTurn();
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

/** Splits bytes into what they are made of, however they are cut, or says why they are not. */
export interface Splitter<Item> {
  push(bytes: Uint8Array): Result<Item[]>;
  end(): Result<Item[]>;
}

/**
 * Reads `body` to its end and hands what it is made of over, some at a time: others have their turn in between. Answers
 * why an item was refused, or `broken` where the stream broke off or fell silent, or null.
 */
export async function receive<Item>(
  body: ReadableStream<Uint8Array>,
  splitter: Splitter<Item>,
  take: (items: readonly Item[]) => Refusal | null,
  broken: () => Refusal,
): Promise<Refusal | null> {
  const reader = body.getReader();
  let items: Item[] = [];
  let bytes = 0;
  try {
    for (;;) {
      const chunk = await readInTime(reader);
      if (chunk === null) return broken();
      const split = chunk.done ? splitter.end() : splitter.push(chunk.value);
      if (!split.ok) return split.refusal;
      for (const item of split.value) items.push(item);
      bytes += chunk.done ? 0 : chunk.value.byteLength;
      if (!chunk.done && bytes < LIMITS.transferSliceBytes) continue;
      const refusal = take(items);
      if (refusal || chunk.done) return refusal;
      await othersTurn();
      items = [];
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
