import { exports } from "cloudflare:workers";
import { expect } from "vitest";
import type { Body, Client } from "./room.ts";
import { expectFrame } from "./socket.ts";

export interface ServerEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Body;
}

/** One client's event stream on a room, read only as far as a test asks. Each event's data is checked as a frame. */
export class Stream {
  readonly response: Response;
  readonly events: ServerEvent[] = [];
  comments = 0;
  ended = false;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #abort: AbortController;
  readonly #decoder = new TextDecoder();
  #rest = "";

  constructor(response: Response, abort: AbortController) {
    this.response = response;
    this.#reader = (response.body ?? expect.fail("has no body")).getReader();
    this.#abort = abort;
  }

  /** Reads on until an event fits, and answers it. */
  async until(fits: (event: ServerEvent) => boolean): Promise<ServerEvent> {
    for (let seen = 0; ; ) {
      const found = this.events.slice(seen).find(fits);
      if (found) return found;
      seen = this.events.length;
      if (!(await this.#read()))
        expect.fail(`ended after ${JSON.stringify(this.events.slice(-3)).slice(-500)}`);
    }
  }

  /** Reads to the end. */
  async untilEnd(): Promise<void> {
    while (await this.#read());
  }

  of(event: string): Body[] {
    return this.events.filter((one) => one.event === event).map(({ data }) => data);
  }

  /** What a client would resume with. */
  get lastId(): string | undefined {
    return this.events.filter(({ id }) => id !== undefined).at(-1)?.id;
  }

  /** Hangs up. */
  async close(): Promise<void> {
    this.#abort.abort();
    await this.#reader.cancel().catch(() => undefined);
  }

  async #read(): Promise<boolean> {
    const { done, value } = await this.#reader.read();
    if (done) {
      this.ended = true;
      return false;
    }
    const blocks = (this.#rest + this.#decoder.decode(value, { stream: true })).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    for (const block of blocks) this.#take(block);
    return true;
  }

  #take(block: string): void {
    if (block.startsWith(":")) {
      this.comments += 1;
      return;
    }
    const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s, 2)));
    const data = JSON.parse(fields.data);
    expectFrame(data);
    expect(fields.event).toBe(data.type);
    this.events.push({ event: fields.event, id: fields.id, data });
  }
}

/** Asks for an event stream of the room. */
export async function stream(client: Client, query = "", lastEventId?: string): Promise<Stream> {
  const abort = new AbortController();
  const headers = new Headers({ Authorization: `Bearer ${client.token}`, Accept: "text/event-stream" });
  if (lastEventId !== undefined) headers.set("Last-Event-ID", lastEventId);
  const url = `http://sync.test/rooms/${client.room}/watch${query}`;
  const response = await exports.default.fetch(new Request(url, { headers, signal: abort.signal }));
  return new Stream(response, abort);
}
