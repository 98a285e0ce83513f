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
  if (answer instanceof RawJson) return answer.text;
  if (typeof answer !== "object" || answer === null) return JSON.stringify(answer);
  if (Array.isArray(answer)) return `[${answer.map((item: Answer) => serialise(item, compact)).join(",")}]`;
  const members: string[] = [];
  const entries = answer instanceof Map ? answer : Object.entries(answer);
  for (const [name, item] of entries as Iterable<[string, Answer | undefined]>) {
    if (item === undefined || (compact && item === null)) continue;
    members.push(`${JSON.stringify(name)}:${serialise(item, compact)}`);
  }
  return `{${members.join(",")}}`;
}
