import type * as answers from "./answers.ts";
import type { Call, ConnectionOptions } from "./connection.ts";
import { Connection } from "./connection.ts";
import type { Context, IncludableScope, Part, Section, TimedOut, Triggered } from "./context.ts";
import type { Frame, LeanEvent, LogEvent } from "./events.ts";
import type { Json } from "./json.ts";
import type * as options from "./options.ts";
import { allPages } from "./pages.ts";
import type { AnyVocabulary, VocabularyShape } from "./vocabulary.ts";
import { holdWait } from "./wait.ts";
import { watchRoom } from "./watch.ts";

/** Which room, where, and with whose token. */
export interface RoomOptions extends ConnectionOptions {
  /** The room's id. */
  readonly room: string;
  readonly token?: string | undefined;
  /** The agent that the token is of; that a room token acts as. */
  readonly agent?: string | undefined;
}

/** What can be read of a room. */
export class RoomReads<V extends VocabularyShape = AnyVocabulary> {
  readonly id: string;
  readonly token: string | undefined;
  /** The agent whose calls these are, where that is known. */
  readonly agent: string | null;
  protected readonly connection: Connection;
  protected readonly options: RoomOptions;
  protected readonly path: string;

  constructor(roomOptions: RoomOptions) {
    const { room, token, agent = null } = roomOptions;
    this.options = roomOptions;
    this.id = room;
    this.token = token;
    this.agent = agent;
    this.connection = new Connection(roomOptions);
    this.path = `/rooms/${encodeURIComponent(room)}`;
  }

  /** As in `http://127.0.0.1:8787`. */
  get server(): string {
    return this.connection.server;
  }

  /** What the room is. */
  async info(callOptions: options.CallOptions = {}): Promise<answers.RoomInfo> {
    return await this.call({ path: "", ...callOptions });
  }

  /** What the room costs: for the room token. */
  async stats(callOptions: options.CallOptions = {}): Promise<answers.RoomStats> {
    return await this.call({ path: "/stats", ...callOptions });
  }

  /** Everything that the caller may see, or the parts that `only` names. It moves an agent's read cursor. */
  async context<P extends Part = Section>(
    contextOptions: options.ContextOptions<P> = {},
  ): Promise<Context<V, P>> {
    const { signal, ...query } = contextOptions;
    return await this.call({ path: "/context", query, signal });
  }

  /**
   * Answers when the condition, a CEL expression, holds: at once where it does already. A wait without `timeout` lasts
   * until then. One that is longer than a server holds it is begun anew as often as it takes; meanwhile no message counts
   * as read. With `timeout` (ms) it tries for that long to be answered, and fails as `unreachable` where it is not: only
   * the room says that a condition did not hold.
   */
  wait<P extends Part = Section, Include extends Section | IncludableScope = never>(
    condition: string,
    waitOptions?: options.WaitOptions<P, Include> & { readonly timeout?: undefined },
  ): Promise<Triggered<V, P, Include>>;
  wait<P extends Part = Section, Include extends Section | IncludableScope = never>(
    condition: string,
    waitOptions: options.WaitOptions<P, Include>,
  ): Promise<Triggered<V, P, Include> | TimedOut<V, P, Include>>;
  async wait(condition: string, waitOptions: options.WaitOptions = {}): Promise<unknown> {
    const { connection } = this;
    const attempt = <Answer>(call: Call) => connection.jsonOnce<Answer>(this.#addressed(this.#acted(call)));
    return await holdWait(attempt, connection.policy, condition, waitOptions);
  }

  /**
   * What happens, as it happens, from the first `next` on. A connection that breaks is made anew, and goes on where it
   * stopped: no event is lost or told twice, and all come in order. It ends when it is left; it fails when the token does
   * not hold any more, when the room has forgotten what was to come next, and with the signal's reason, which also ends
   * one that waits.
   */
  watch(watchOptions: options.WatchOptions = {}): AsyncGenerator<Frame, void, undefined> {
    const { token, connection, path } = this;
    return watchRoom({ connection, path, token, acting: this.acting }, watchOptions);
  }

  /** The value of a CEL expression, seen with the caller's eyes, now or after event `seq`. */
  async evaluate<Value = Json>(
    expr: string,
    { seq, signal }: options.EvaluateOptions = {},
  ): Promise<answers.Evaluated<Value>> {
    return await this.call({
      method: "POST",
      path: "/eval",
      json: { expr, seq },
      isRepeatable: true,
      signal,
    });
  }

  /** All that a dashboard shows. */
  async poll(callOptions: options.CallOptions = {}): Promise<answers.Poll> {
    return await this.call({ path: "/poll", ...callOptions });
  }

  /** The events of the log, page after page. A room token that acts as an agent reads it as the room. */
  log(logOptions: options.LeanLogOptions): AsyncGenerator<LeanEvent, void, undefined>;
  log(logOptions?: options.FullLogOptions): AsyncGenerator<LogEvent, void, undefined>;
  log(logOptions: options.LogOptions): AsyncGenerator<LogEvent | LeanEvent, void, undefined>;
  log(logOptions: options.LogOptions = {}): AsyncGenerator<LogEvent | LeanEvent, void, undefined> {
    const limit = logOptions.depth === "lean" ? 5_000 : 500;
    const read = (after: number | undefined) => this.logPage({ limit, ...logOptions, after });
    return allPages(logOptions.after, read, (page) => page.events);
  }

  logPage(logOptions: options.LeanLogOptions): Promise<answers.LeanLogPage>;
  logPage(logOptions?: options.FullLogOptions): Promise<answers.LogPage>;
  logPage(logOptions: options.LogOptions): Promise<answers.LogPage | answers.LeanLogPage>;
  async logPage(logOptions: options.LogOptions = {}): Promise<answers.LogPage | answers.LeanLogPage> {
    const { signal, ...query } = logOptions;
    // Here `agent` says whose events are wanted, not who asks.
    return await this.send({ path: "/log", query, signal });
  }

  /** Walks the log's hash chain, which takes a room or view token. */
  async verify(callOptions: options.CallOptions = {}): Promise<answers.Verified> {
    return await this.call({ path: "/log/verify", ...callOptions });
  }

  /** What happened to a key of a scope, to the keys with a prefix, or to all, page after page. */
  history(
    scope: string,
    historyOptions: options.HistoryOptions = {},
  ): AsyncGenerator<answers.HistoryEntry, void, undefined> {
    const read = (after: number | undefined) => this.historyPage(scope, { ...historyOptions, after });
    return allPages(historyOptions.after, read, (page) => page.entries);
  }

  async historyPage(
    scope: string,
    historyOptions: options.HistoryOptions = {},
  ): Promise<answers.HistoryPage> {
    const { signal, ...query } = historyOptions;
    return await this.call({ path: `/history/${encodeURIComponent(scope)}`, query, signal });
  }

  /** The room as it was after event `seq`. */
  async replay(seq: number, replayOptions: options.ReplayOptions = {}): Promise<answers.Replay> {
    const { signal, ...query } = replayOptions;
    return await this.call({ path: `/replay/${seq}`, query, signal });
  }

  /** The values of a temporal view over time, page after page. */
  samples(
    view: string,
    pageOptions: options.PageOptions = {},
  ): AsyncGenerator<answers.Sample, void, undefined> {
    const read = (after: number | undefined) => this.samplesPage(view, { ...pageOptions, after });
    return allPages(pageOptions.after, read, (page) => page.samples);
  }

  async samplesPage(view: string, pageOptions: options.PageOptions = {}): Promise<answers.SamplesPage> {
    const { signal, ...query } = pageOptions;
    return await this.call({ path: `/samples/${encodeURIComponent(view)}`, query, signal });
  }

  /** Which keys matter most to the caller. */
  async salience(salienceOptions: options.SalienceOptions = {}): Promise<answers.Salience> {
    const { signal, ...query } = salienceOptions;
    return await this.call({ path: "/salience", query, signal });
  }

  /** The agent that a room token acts as, which each call names. */
  protected get acting(): string | undefined {
    return this.agent !== null && this.token?.startsWith("room_") ? this.agent : undefined;
  }

  /** A call of this room, by whoever the token makes the caller. `path` is below the room's own. */
  protected async call<Answer>(call: Call): Promise<Answer> {
    return await this.send(this.#acted(call));
  }

  /** A call that names no agent. */
  protected async send<Answer>(call: Call): Promise<Answer> {
    return await this.connection.json(this.#addressed(call));
  }

  /** The call, made by the agent that a room token acts as. */
  #acted(call: Call): Call {
    return { ...call, query: { ...call.query, agent: this.acting } };
  }

  #addressed(call: Call): Call {
    return { ...call, path: this.path + call.path, token: this.token };
  }
}
