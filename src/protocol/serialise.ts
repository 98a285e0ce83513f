/** JSON text that goes into an answer as it is: a value of the room, as opposed to a field of the envelope. */
export class RawJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  static of(value: unknown): RawJson {
    return new RawJson(JSON.stringify(value));
  }
}

/** What an answer is made of: envelope fields, with the room's values in them as {@link RawJson}. */
export type Answer =
  | null
  | boolean
  | number
  | string
  | RawJson
  | readonly Answer[]
  | ReadonlyMap<string, Answer>
  | { readonly [field: string]: Answer | undefined };

/** An answer that is an object: every body of the API. */
export type AnswerObject = { readonly [field: string]: Answer | undefined };

/** The text of an answer. `compact` leaves out fields of the envelope that are null; values stay as they are. */
export function serialise(answer: Answer, compact: boolean): string {
  if (typeof answer !== "object" || answer === null) return JSON.stringify(answer);
  if (answer instanceof RawJson) return answer.text;
  if (Array.isArray(answer)) return `[${answer.map((item: Answer) => serialise(item, compact)).join(",")}]`;
  if (answer instanceof Map) return members(answer, compact);
  const fields = answer as AnswerObject;
  return isFlat(fields, compact) ? JSON.stringify(fields) : members(Object.entries(fields), compact);
}

/** Whether the platform makes the same text of an answer at once. */
function isFlat(answer: AnswerObject, compact: boolean): boolean {
  return Object.values(answer).every((item) => (item === null ? !compact : typeof item !== "object"));
}

function members(entries: Iterable<readonly [string, Answer | undefined]>, compact: boolean): string {
  let text = "";
  for (const [name, item] of entries) {
    if (item === undefined || (compact && item === null)) continue;
    text += `${text === "" ? "" : ","}${JSON.stringify(name)}:${serialise(item, compact)}`;
  }
  return `{${text}}`;
}
