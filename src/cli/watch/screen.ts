import type { Output, Style } from "../output.ts";
import { cut, plain, valueText } from "../text.ts";
import type { Agent, Display, Room, RoomEvent, View } from "./display.ts";
import { authorText, deedText, statusText, timeText, writesText } from "./event-text.ts";

const STATUS_STYLES: Readonly<Record<string, Style>> = {
  active: "green",
  waiting: "yellow",
  idle: "gray",
  left: "gray",
};
/** A status block that filled the screen would leave no place for events. */
const PART_OF_SCREEN = 0.6;
const WIDEST_NAME = 24;
/** Of a terminal that does not tell how large it is. */
const [ROWS, COLUMNS] = [24, 80];
/** Several frames come with one commit: they are drawn together. */
const DRAW_MS = 30;

/**
 * Shows a room in a terminal: events scroll by, and below them stands what holds now: agents, views and the connection.
 * That block is wiped and drawn again whenever something comes.
 */
export class Screen implements Display {
  readonly #output: Output;
  readonly #views = new Map<string, unknown>();
  readonly #agents = new Map<string, Agent>();
  readonly #events: string[] = [];
  #connection = "connecting";
  #drawn = 0;
  #planned = false;

  constructor(output: Output) {
    this.#output = output;
  }

  room({ views, agents }: Room): void {
    this.#views.clear();
    this.#agents.clear();
    for (const [id, value] of Object.entries(views)) this.#views.set(id, value);
    for (const [agent, shown] of Object.entries(agents)) this.#agents.set(agent, shown);
    this.#plan();
  }

  event(event: RoomEvent): void {
    const line = [
      this.#output.paint("gray", `${String(event.seq).padStart(5)} ${timeText(event.ts)}`),
      this.#output.paint("cyan", authorText(event).padEnd(12)),
      this.#output.paint(event.ok ? "bold" : "red", deedText(event)),
      writesText(event.writes),
    ];
    this.#events.push(line.join(" "));
    this.#plan();
  }

  view({ id, value, absent }: View): void {
    if (absent) this.#views.delete(id);
    else this.#views.set(id, value);
    this.#plan();
  }

  presence({ agent, ...shown }: Agent & { agent: string }): void {
    this.#agents.set(agent, shown);
    this.#plan();
  }

  connection(text: string): void {
    this.#connection = text;
    this.#plan();
  }

  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    setTimeout(() => this.#draw(), DRAW_MS);
  }

  #draw(): void {
    this.#planned = false;
    const block = this.#block();
    // Without wrapping, a line is a row, however wide its characters are.
    const text = [
      "\x1b[?7l",
      this.#wipe(),
      ...[...this.#events.splice(0), ...block].map((line) => `${line}\n`),
    ];
    this.#drawn = block.length;
    this.#output.stdout.write(`${text.join("")}\x1b[?7h`);
  }

  #wipe(): string {
    return this.#drawn === 0 ? "" : `\x1b[${this.#drawn}F\x1b[J`;
  }

  #block(): string[] {
    const agents = [...this.#agents]
      .filter(([, { status }]) => status !== "left")
      .map((shown) => this.#agentLine(shown));
    const views = [...this.#views].map((shown) => this.#viewLine(shown));
    const rows = Math.max(4, Math.floor((this.#output.stdout.rows ?? ROWS) * PART_OF_SCREEN) - 3);
    const shownAgents = this.#firstOf(agents, Math.max(2, rows - views.length));
    const shownViews = this.#firstOf(views, Math.max(2, rows - shownAgents.length));
    const rule = "─".repeat(Math.max(1, this.#output.stdout.columns ?? COLUMNS));
    return [
      this.#output.paint("gray", rule),
      ...shownAgents,
      ...shownViews,
      this.#output.paint("gray", this.#connection),
    ];
  }

  #agentLine([agent, shown]: readonly [string, Agent]): string {
    const name = cut(plain(agent), WIDEST_NAME).padEnd(WIDEST_NAME);
    return `${this.#output.paint("cyan", name)} ${this.#output.paint(STATUS_STYLES[shown.status] ?? "reset", statusText(shown))}`;
  }

  #viewLine([id, value]: readonly [string, unknown]): string {
    return `${this.#output.paint("magenta", cut(plain(id), WIDEST_NAME).padEnd(WIDEST_NAME))} ${valueText(value)}`;
  }

  /** As many lines as there is room for; the last one tells of those that are left out. */
  #firstOf(lines: readonly string[], most: number): readonly string[] {
    if (lines.length <= most) return lines;
    return [...lines.slice(0, most - 1), this.#output.paint("gray", `… and ${lines.length - most + 1} more`)];
  }
}
