/** One connection on which a room's frames come. */
export interface Link {
  /** The next frame as it came, or null where there is none any more. */
  take(): Promise<string | null>;
  /** Tells the room that all up to `seq` was read. */
  read(seq: number): void;
  /** Asks for the values of expressions, by name. */
  subscribe(expressions: Readonly<Record<string, string>>, agent: string | undefined): void;
  close(): void;
}
