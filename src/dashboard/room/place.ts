/** What of a room is looked at: a panel, and the event after which; null is now. */
export interface Place {
  /** Empty where the address names none. */
  readonly panel: string;
  readonly at: number | null;
}

/** `#state@41` is the state as it was after event 41, `#state` as it is. */
export function placeOf(fragment: string): Place {
  const [, panel = "", at] = /^#?([a-z]*)(?:@(\d{1,15}))?$/.exec(fragment) ?? [];
  return { panel, at: at === undefined ? null : Number(at) };
}

export function fragmentOf({ panel, at }: Place): string {
  if (at !== null) return `#${panel}@${at}`;
  return panel === "" ? "" : `#${panel}`;
}
