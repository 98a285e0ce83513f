const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * Every limit of a room, units in the names (SPEC.md, section 12). An overrun answers 413, 422, 429 or 507 and names
 * the limit by its key here.
 */
export const LIMITS = Object.freeze({
  /** A request is parsed whole in memory. */
  requestBodyBytes: MIB,
  /** An import is read line by line, and never held whole. */
  importBytes: 64 * MIB,
  /** The largest event, and what its line says beside the payload: so every export can be imported. */
  importLineBytes: MIB + 4 * KIB,
  /** An import whose sender has fallen silent is given up, so that the room is not held up for ever. */
  importSilenceMs: 30_000,
  /** What an export or a fork reads, and an import takes in, before others get their turn; also the least size of a fork's events. */
  transferSliceBytes: 64 * KIB,
  /** Half of what one SQLite row of the platform may hold is left for keys and bookkeeping. */
  valueBytes: 256 * KIB,
  /** Keys are index columns, twice. */
  keyBytes: 256,
  /** Bounds the recursion of every walk over a value. */
  valueDepth: 32,
  /** A request nests a value a few levels deeper than the value itself is nested. */
  requestDepth: 48,
  /** One event is one row, and a row of the platform ends at 2 MB. */
  eventBytes: MIB,
  /** A kept answer is one row, too. */
  keptAnswerBytes: MIB,
  keptAnswerDays: 7,
  idempotencyKeyBytes: 256,
  writesPerAction: 64,
  /** They run in one go, and others wait. */
  invocationsPerBatch: 100,
  /** Of one agent, and of the room token that acts as nobody: far more than a model thinks of, a third of what an object does. */
  invocationsPerSecond: 100,
  /** Two whole batches. */
  invocationBurst: 200,
  /** Of a whole room, twice as many at once: several times what an object was seen to do, for a room to lower. */
  roomInvocationsPerSecond: 50_000,
  /** Answers of two agents to each other with no other input: a game of go between programs has 300 moves. */
  loopPerMinute: 1_200,
  /** Commands that wait for the commit before them: one more is refused, before they fill the memory of the object. */
  queuedCommands: 4_000,
  queuedBytes: 16 * MIB,
  /** A batch's answers travel as one: the platform passes at most 32 MiB from an object to the Worker. */
  batchAnswerBytes: 8 * MIB,
  entries: 50_000,
  actions: 2_000,
  views: 2_000,
  agents: 1_000,
  timers: 10_000,
  /** Ten years: the platform's alarms count in nanoseconds of 64 bits, and end in 2262. */
  timerMaxMs: 10 * 365 * 24 * 60 * 60 * 1000,
  /** With the longest keys these are still one event's bytes. */
  timersPerEvent: 1_000,
  /** Live state is held in memory, beside the 128 MB that an object may use. */
  stateBytes: 16 * MIB,
  waitsPerRoom: 2_000,
  waitsPerToken: 20,
  waitDefaultMs: 25_000,
  /** Under the minute after which proxies give up on a silent request. */
  waitMaxMs: 55_000,
  /** A caller that hung up shows in the second write after it: so it is forgotten within 5 seconds. */
  waitHeartbeatMs: 2_000,
  watchersPerRoom: 2_000,
  subscriptionsPerSocket: 20,
  /** What a client sends on a socket at once: more is for HTTP. */
  frameBytes: 64 * KIB,
  /** The platform keeps 16 KiB for a socket while its object sleeps; the rest is for who it is. */
  socketMemoryBytes: 12 * KIB,
  /** An alarm ends it. */
  socketWaitMaxMs: 24 * 60 * 60_000,
  /** What is sent to a watcher before it must say what it has got [WATCH-5]. */
  unacknowledgedEvents: 1_000,
  unacknowledgedBytes: MIB,
  /** A watcher that reads old events has so long to acknowledge a full window. */
  acknowledgeWithinMs: 5_000,
  eventStreamCommentMs: 15_000,
  messagesPerRead: 500,
  messagesPerReadDefault: 50,
  messageRecipients: 50,
  /** Of an entry's writers the last are remembered. */
  writersPerEntry: 16,
  rankedKeys: 500,
  rankedKeysDefault: 50,
  /** A larger answer than that nobody can be sent. */
  budgetTokens: 16 * MIB,
  eventsPerPage: 500,
  eventsPerPageDefault: 100,
  /** A page by count ends early where its texts come to as many: 500 events could be 500 MiB, four times what an object has. */
  pageChars: 4 * MIB,
  /** Of any answer: 30 MiB as UTF-8, and the platform passes 32 from an object to the Worker, and in a message of a socket. */
  answerChars: 10 * MIB,
  /** The values of all views and subscriptions together, which are held in memory beside the state. */
  derivedChars: 8 * MIB,
  /** Lean events: what a page of them takes is the reading of their rows, under 25 ms of the room. */
  leanEventsPerPage: 5_000,
  /** Of the payloads that a page of lean events reads, for they are parsed whole; at least one is. */
  leanPageChars: MIB,
  /** The newest entries that `state._messages` and `state._audit` show to an expression. */
  windowEntries: 500,
  /** Joins without a token, for the whole room. */
  openJoinsPerMinute: 60,
  presenceFlushMs: 3_000,
  sampleEveryMs: 60_000,
  idleAfterMs: 5 * 60_000,
  tokenLifetimeMaxSeconds: 10 * 365 * 24 * 60 * 60,
  expressionChars: 4 * KIB,
  expressionNodes: 512,
  expressionDepth: 24,
  expressionLiteralElements: 100,
  expressionComprehensionDepth: 2,
  /** One evaluated node is one step; see SPEC.md for what else is charged. */
  expressionSteps: 200_000,
  expressionStringChars: 32 * KIB,
  expressionListElements: 50_000,
  expressionPatternChars: 256,
  /** All expressions that one request brings or reads for itself. */
  requestSteps: 1_000_000,
  /** Of what a commit woke before others get their turn: as many as one costly expression takes. */
  sliceSteps: 200_000,
  /** All expressions of views, gates and clauses that a room evaluates before others get their turn; twice as many with {@link leastSteps}. */
  turnSteps: 5_000_000,
  /** Left to each when those are used up: an ordinary one needs a tenth. */
  leastSteps: 500,
});
