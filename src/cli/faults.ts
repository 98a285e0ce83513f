/** What the process ends with. */
export const EXIT = Object.freeze({
  done: 0,
  /** Something went wrong that nobody asked for: no network, a broken server, a file that cannot be read. */
  unexpected: 1,
  usage: 2,
  /** The room said no. */
  refused: 3,
  timedOut: 4,
  /** Ctrl-C, as shells count it: 128 and the signal's number. */
  interrupted: 130,
});

/** The command line cannot be understood, or asks for what is not there to be used. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** A whole command that would work, or shows how. */
  readonly next: string | undefined;

  constructor(message: string, next?: string) {
    super(message);
    this.next = next;
  }
}
