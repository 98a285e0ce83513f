import { plain, valueText } from "../text.ts";
import type { Agent, Display, Room, RoomEvent, View } from "./display.ts";
import { authorText, deedText, statusText, timeText, writesText } from "./event-text.ts";

/** Shows a room line by line, for files and pipes: each line begins with what it is about, and tells something new. */
export class Lines implements Display {
  readonly #print: (line: string) => void;
  /** What was told last of each view and agent. */
  readonly #told = new Map<string, string>();

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  room({ views, agents }: Room): void {
    for (const [id, value] of Object.entries(views)) this.view({ id, value });
    for (const [agent, shown] of Object.entries(agents)) this.presence({ agent, ...shown });
  }

  event(event: RoomEvent): void {
    const writes = writesText(event.writes);
    this.#print(
      `event ${event.seq} ${timeText(event.ts)} ${authorText(event)}: ${deedText(event)}${writes && `: ${writes}`}`,
    );
  }

  view({ id, value, absent }: View): void {
    this.#tell(`view ${plain(id)}`, absent ? "is gone" : `= ${valueText(value)}`);
  }

  presence({ agent, ...shown }: Agent & { agent: string }): void {
    this.#tell(`agent ${plain(agent)}`, `is ${statusText(shown)}`);
  }

  connection(text: string): void {
    this.#print(`# ${text}`);
  }

  #tell(subject: string, news: string): void {
    if (this.#told.get(subject) === news) return;
    this.#told.set(subject, news);
    this.#print(`${subject} ${news}`);
  }
}
