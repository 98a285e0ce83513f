/** In so many turns of its loop the platform learns that a client has gone, and cancels the request. */
const TURNS_TO_LEARN = 5;

/**
 * Resolves where the client is still there; where it has gone, the platform lets go of the request and of the sockets that
 * it holds. An upgrade that is answered to a client that has gone fails to be written: neither the Worker nor the room is
 * told, and the platform keeps what the room sends for as long as its object lives (docs/reliability.md, `stall`).
 */
export async function clientIsThere(): Promise<void> {
  for (let turn = 0; turn < TURNS_TO_LEARN; turn++) await scheduler.wait(0);
}

/** Does `work` when the client goes, at once where it has gone already. */
export function whenGone(signal: AbortSignal, work: () => void): void {
  if (signal.aborted) work();
  else signal.addEventListener("abort", work);
}
