import type { Ending } from "./frame-queue.ts";

/** One connection on which a room's frames come. */
export interface Link {
  /** The next frame as it came, or why there is none any more. */
  take(): Promise<string | Ending>;
  /** Tells the room that all up to `seq` was read. */
  read(seq: number): void;
  /** Asks for the values of expressions, by name. */
  subscribe(expressions: Readonly<Record<string, string>>, agent: string | undefined): void;
  close(): void;
}

/** The code of a connection that broke without a close frame (RFC 6455, 7.4.1). */
export const BROKEN = 1006;
/** The room got three frames in a row that were none. */
export const POLICY = 1008;
/** The reader did not keep up, and may go on at once. */
export const SLOW = 4408;
