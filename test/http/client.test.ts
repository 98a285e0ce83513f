import { exports } from "cloudflare:workers";
import { expect, expectTypeOf, it } from "vitest";
import type { z } from "zod";
import type * as client from "../../src/client/main.ts";
import { createRoom, Room, vocabularyTypes } from "../../src/client/main.ts";
import { ERROR_STATUS as CLIENT_STATUS } from "../../src/client/sync-error.ts";
import { ERROR_STATUS } from "../../src/kernel/errors.ts";
import type { Json } from "../../src/kernel/json.ts";
import type { Phase } from "../../src/kernel/migration.ts";
import type * as model from "../../src/kernel/model.ts";
import type { Signal } from "../../src/kernel/salience.ts";
import type { VisibleOperation } from "../../src/kernel/sight.ts";
import type * as agents from "../../src/protocol/answers/agents.ts";
import type * as contexts from "../../src/protocol/answers/context.ts";
import type * as invocations from "../../src/protocol/answers/invocations.ts";
import type * as past from "../../src/protocol/answers/past.ts";
import type * as refusals from "../../src/protocol/answers/refusal.ts";
import type * as rooms from "../../src/protocol/answers/rooms.ts";
import type { Depth, INCLUDABLE_SCOPES, SECTIONS } from "../../src/protocol/context-shape.ts";
import type { ServerFrame } from "../../src/protocol/frames.ts";
import type * as requests from "../../src/protocol/requests.ts";

const options = {
  server: "http://sync.test",
  fetch: (url: string, init?: RequestInit) => exports.default.fetch(new Request(url, init)),
};

it("[SDK-7] the client runs inside a Worker, with a fetch that is handed in", async () => {
  const { room, id, joinToken: token } = await createRoom(options.server, options);
  await room.registerAction({
    id: "mark",
    params: { at: { type: "integer", required: true } },
    writes: [{ key: "mark", value: "${params.at}" }],
  });
  const ana = await Room.join({ ...options, room: id, token, id: "ana" });
  const waiting = ana.wait("state._shared.mark == 7");
  await ana.invoke("mark", { at: 7 });
  expect((await waiting).context.state._shared).toEqual({ mark: 7 });
  const seqs: number[] = [];
  for await (const frame of ana.watch({ since: 0, transport: "stream" })) {
    if (frame.type === "event") seqs.push(frame.seq);
    if (frame.type === "event" && frame.kind === "invoke") break;
  }
  expect(seqs).toEqual([1, 2, 3, 4]);
  const lines = await new Response(await room.export()).text();
  const { room: copy } = await createRoom(options.server, options);
  expect(await copy.import(lines)).toMatchObject({ events: 4 });
  expect(vocabularyTypes(await ana.context({ depth: "full" }))).toContain("readonly at: number;");
});

it("[SDK-1] the client knows every error code, with its status", () => {
  expect(CLIENT_STATUS).toEqual(ERROR_STATUS);
});

/** What a request may hold: the wire's fields, in the client's spelling. */
type Camel<Name extends string> = Name extends `${infer Head}_${infer Rest}`
  ? `${Head}${Capitalize<Camel<Rest>>}`
  : Name;
type FieldsOf<Schema extends z.ZodType> = Camel<keyof z.input<Schema> & string>;
type Given<Options> = Exclude<keyof Options, "signal">;

it("[SDK-1] what the client takes is what the server's schemas take", () => {
  type Creation = Exclude<Given<client.CreateRoomOptions>, "createToken">;
  expectTypeOf<Creation>().toEqualTypeOf<FieldsOf<typeof requests.createRoomBody>>();
  type Joining = Exclude<FieldsOf<typeof requests.joinBody>, "agent">;
  expectTypeOf<Given<client.JoinOptions>>().toEqualTypeOf<Joining>();
  expectTypeOf<keyof client.RoomUpdate>().toEqualTypeOf<FieldsOf<typeof requests.updateRoomBody>>();
  expectTypeOf<keyof client.AgentUpdate>().toEqualTypeOf<FieldsOf<typeof requests.updateAgentBody>>();
  expectTypeOf<Given<client.MintTokenOptions>>().toEqualTypeOf<FieldsOf<typeof requests.mintTokenBody>>();
  type Forking = Exclude<Given<client.ForkOptions>, "createToken">;
  expectTypeOf<Forking>().toEqualTypeOf<FieldsOf<typeof requests.forkBody>>();
  type Invoking = Exclude<FieldsOf<typeof requests.invokeBody>, "params" | "agent" | "dryRun">;
  expectTypeOf<Given<client.InvokeOptions>>().toEqualTypeOf<Invoking>();
  type Batch = z.input<typeof requests.invokeManyBody>;
  expectTypeOf<keyof client.Invocation>().toEqualTypeOf<Camel<keyof Batch["invocations"][number]>>();
  type Reading = Exclude<FieldsOf<typeof requests.contextQuery>, "agent"> | "compact";
  expectTypeOf<Given<client.ContextOptions>>().toEqualTypeOf<Reading>();
  type Waiting = Exclude<FieldsOf<typeof requests.waitQuery>, "agent" | "condition"> | "compact";
  expectTypeOf<Given<client.WaitOptions>>().toEqualTypeOf<Waiting>();
  expectTypeOf<Given<client.LogOptions>>().toEqualTypeOf<FieldsOf<typeof requests.logQuery>>();
  type Replaying = Exclude<FieldsOf<typeof requests.replayQuery>, "agent">;
  expectTypeOf<Given<client.ReplayOptions>>().toEqualTypeOf<Replaying>();
  type Evaluating = Exclude<FieldsOf<typeof requests.evalBody>, "expr" | "agent">;
  expectTypeOf<Given<client.EvaluateOptions>>().toEqualTypeOf<Evaluating>();
  type History = Exclude<FieldsOf<typeof requests.historyQuery>, "agent">;
  expectTypeOf<Given<client.HistoryOptions>>().toEqualTypeOf<History>();
  type Ranking = Exclude<FieldsOf<typeof requests.salienceQuery>, "agent">;
  expectTypeOf<Given<client.SalienceOptions>>().toEqualTypeOf<Ranking>();
  type Watching = Exclude<FieldsOf<typeof requests.watchQuery>, "agent"> | "subscribe" | "transport";
  expectTypeOf<Given<client.WatchOptions>>().toEqualTypeOf<Watching>();
});

it("[SDK-1] the client's words for what a room holds are the server's", () => {
  expectTypeOf<client.Section>().toEqualTypeOf<(typeof SECTIONS)[number]>();
  expectTypeOf<client.IncludableScope>().toEqualTypeOf<(typeof INCLUDABLE_SCOPES)[number]>();
  expectTypeOf<client.Depth>().toEqualTypeOf<Depth>();
  expectTypeOf<client.EventKind>().toEqualTypeOf<model.EventKind>();
  expectTypeOf<client.TokenKind>().toEqualTypeOf<model.TokenKind>();
  expectTypeOf<client.TokenRecord>().toEqualTypeOf<model.TokenRecord>();
  expectTypeOf<client.Phase>().toEqualTypeOf<Phase>();
  expectTypeOf<client.Signal>().toEqualTypeOf<Signal>();
  expectTypeOf<Json>().toExtend<client.Json>();
  expectTypeOf<keyof client.ActionDefinition>().toEqualTypeOf<
    Exclude<keyof model.ActionDefinition, "registered_by"> | "id" | "if_hash"
  >();
  expectTypeOf<keyof client.ViewDefinition>().toEqualTypeOf<
    Exclude<keyof model.ViewDefinition, "registered_by"> | "id" | "if_hash"
  >();
  expectTypeOf<keyof client.WriteDefinition>().toEqualTypeOf<keyof model.WriteTemplate>();
  expectTypeOf<client.TimerDefinition>().toEqualTypeOf<model.TimerTemplate>();
  expectTypeOf<Exclude<VisibleOperation, { hidden: true }>["op"]>().toEqualTypeOf<client.Operation["op"]>();
  expectTypeOf<keyof client.EventPayload>().toEqualTypeOf<keyof model.EventPayload>();
  type Named = Exclude<ServerFrame["type"], "result" | "error">;
  expectTypeOf<client.Frame["type"]>().toEqualTypeOf<Named>();
  type Sent<Type extends Named> = keyof Extract<ServerFrame, { type: Type }>;
  expectTypeOf<keyof client.HelloFrame>().toEqualTypeOf<Sent<"hello">>();
  expectTypeOf<keyof client.ViewFrame>().toEqualTypeOf<Sent<"view">>();
  expectTypeOf<keyof client.PresenceFrame>().toEqualTypeOf<Sent<"presence">>();
  expectTypeOf<keyof client.ValueFrame>().toEqualTypeOf<Sent<"value">>();
  expectTypeOf<Sent<"event">>().toExtend<keyof client.EventFrame>();
});

/** The names of an object's fields, of each kind that it may be; `[field: string]` is none. */
type Fields<T> = T extends unknown
  ? keyof { [Name in keyof T as string extends Name ? never : Name]: 1 }
  : never;
type Told<Schema extends z.ZodType> = Fields<z.output<Schema>>;
type Item<List> = List extends readonly (infer Each)[] ? Each : never;
type Value<Of> = Of[keyof Of];

it("[SDK-1] rooms, agents and tokens have the fields that the server's schemas tell", () => {
  expectTypeOf<Fields<client.RoomInfo>>().toEqualTypeOf<Told<typeof rooms.roomInfo>>();
  expectTypeOf<Fields<client.AgentRecord>>().toEqualTypeOf<Told<typeof agents.agent>>();
  expectTypeOf<Fields<client.AgentAnswer>>().toEqualTypeOf<Told<typeof agents.changedAgent>>();
  expectTypeOf<Fields<client.AgentShown>>().toEqualTypeOf<Told<typeof agents.presentAgent>>();
  expectTypeOf<Fields<client.TokenRecord>>().toEqualTypeOf<Told<typeof rooms.tokenRecord>>();
  expectTypeOf<Fields<client.MintedToken>>().toEqualTypeOf<Told<typeof rooms.mintedToken>>();
  type Listed = Item<z.output<typeof rooms.tokenList>["tokens"]>;
  expectTypeOf<Fields<client.ListedToken>>().toEqualTypeOf<keyof Listed>();
  expectTypeOf<Fields<client.Migration>>().toEqualTypeOf<Told<typeof rooms.migration>>();
  expectTypeOf<Fields<client.Imported>>().toExtend<Told<typeof rooms.imported>>();
  type Summary = Item<z.output<typeof rooms.templates>["templates"]>;
  expectTypeOf<Fields<client.TemplateSummary>>().toEqualTypeOf<keyof Summary>();
  expectTypeOf<Fields<client.Template>>().toEqualTypeOf<Told<typeof rooms.template>>();
  expectTypeOf<Fields<client.Health>>().toEqualTypeOf<Told<typeof rooms.health>>();
});

it("[SDK-1] contexts and waits have the fields that the server's schemas tell", () => {
  type Words = client.AnyVocabulary;
  type Context = z.output<typeof contexts.context>;
  expectTypeOf<Fields<client.Context<Words>>>().toEqualTypeOf<keyof Context>();
  expectTypeOf<Fields<client.AboutContext>>().toEqualTypeOf<keyof Context["_context"]>();
  expectTypeOf<Fields<NonNullable<client.AboutContext["deleted"]>>>().toEqualTypeOf<
    keyof NonNullable<Context["_context"]["deleted"]>
  >();
  expectTypeOf<Fields<client.ActionShown>>().toEqualTypeOf<Told<typeof contexts.shownAction>>();
  expectTypeOf<Fields<client.Messages>>().toEqualTypeOf<keyof NonNullable<Context["messages"]>>();
  expectTypeOf<Fields<client.Message>>().toEqualTypeOf<Told<typeof contexts.message>>();
  type Meta = NonNullable<Context["meta"]>;
  expectTypeOf<Fields<client.Meta>>().toEqualTypeOf<keyof Meta>();
  expectTypeOf<Fields<client.EntryMeta>>().toEqualTypeOf<keyof Value<Value<Meta["state"]>>>();
  expectTypeOf<Fields<client.ActionMeta>>().toEqualTypeOf<keyof Value<Meta["actions"]>>();
  type Brought = Fields<client.Sections<Words>> | "context" | "_context";
  type Triggered = Fields<client.Triggered<Words>> | Brought;
  expectTypeOf<Triggered>().toEqualTypeOf<Told<typeof contexts.triggered>>();
  type TimedOut = Fields<client.TimedOut<Words>> | Brought;
  expectTypeOf<TimedOut>().toEqualTypeOf<Told<typeof contexts.timedOut>>();
  expectTypeOf<Fields<client.UnmetClause>>().toEqualTypeOf<Told<typeof refusals.unmet>>();
  expectTypeOf<Fields<client.ReadKey>>().toEqualTypeOf<Told<typeof refusals.read>>();
  expectTypeOf<client.Suggestion>().toEqualTypeOf<Readonly<z.output<typeof refusals.suggestion>>>();
});

it("[SDK-1] invocations have the fields that the server's schemas tell", () => {
  expectTypeOf<Fields<client.Invoked>>().toEqualTypeOf<Told<typeof invocations.invocation>>();
  expectTypeOf<Fields<client.Written>>().toEqualTypeOf<Told<typeof invocations.write>>();
  expectTypeOf<Fields<client.Cooldown>>().toEqualTypeOf<
    keyof NonNullable<z.output<typeof invocations.invocation>["cooldown"]>
  >();
  type Registered = Fields<client.RegisteredAction> | Fields<client.RegisteredView>;
  expectTypeOf<Registered>().toEqualTypeOf<Told<typeof invocations.registration>>();
  expectTypeOf<client.RegistrationWarning>().toEqualTypeOf<
    NonNullable<z.output<typeof invocations.registration>["warning"]>
  >();
  expectTypeOf<Fields<client.Deleted>>().toEqualTypeOf<Told<typeof invocations.deletion>>();
  expectTypeOf<Fields<client.Sent>>().toEqualTypeOf<Told<typeof invocations.sentMessage>>();
  expectTypeOf<Fields<client.HelpText>>().toEqualTypeOf<Told<typeof invocations.helpText>>();
  expectTypeOf<Fields<client.HelpTopics>>().toEqualTypeOf<Told<typeof invocations.helpTopics>>();
  expectTypeOf<Fields<client.DryRun>>().toExtend<Told<typeof invocations.dryRun>>();
  expectTypeOf<Fields<client.Batch>>().toEqualTypeOf<Told<typeof invocations.invokedMany>>();
  type Result = Item<z.output<typeof invocations.invokedMany>["results"]>;
  expectTypeOf<Fields<client.BatchResult>>().toEqualTypeOf<keyof Result>();
});

it("[SDK-1] what a room held has the fields that the server's schemas tell", () => {
  type Event = z.output<typeof past.event>;
  expectTypeOf<Fields<client.LogEvent>>().toEqualTypeOf<keyof Event>();
  expectTypeOf<Fields<client.EventPayload>>().toEqualTypeOf<keyof Event["payload"]>();
  type Operations = Fields<client.Operation> | Fields<client.HiddenWrite>;
  expectTypeOf<Operations>().toEqualTypeOf<Told<typeof past.operation>>();
  expectTypeOf<Fields<client.LogPage>>().toEqualTypeOf<Told<typeof past.logPage>>();
  type Lean = z.output<typeof past.leanEvent>;
  expectTypeOf<Fields<client.LeanEvent>>().toEqualTypeOf<keyof Lean>();
  expectTypeOf<Fields<client.LeanEvent["payload"]>>().toEqualTypeOf<keyof Lean["payload"]>();
  expectTypeOf<Fields<client.LeanLogPage>>().toEqualTypeOf<Told<typeof past.leanLogPage>>();
  expectTypeOf<Fields<client.Verified>>().toEqualTypeOf<Told<typeof past.verification>>();
  type Histories = Told<typeof past.keyHistory> | Told<typeof past.prefixHistory>;
  expectTypeOf<Fields<client.HistoryPage>>().toEqualTypeOf<Histories>();
  type Entry = Item<z.output<typeof past.keyHistory>["entries"]>;
  expectTypeOf<Fields<client.HistoryEntry>>().toEqualTypeOf<keyof Entry>();
  type Replay = z.output<typeof past.replay>;
  expectTypeOf<Fields<client.Replay>>().toEqualTypeOf<keyof Replay>();
  expectTypeOf<Fields<client.Replay["_replay"]>>().toEqualTypeOf<keyof Replay["_replay"]>();
  expectTypeOf<Fields<client.SamplesPage>>().toEqualTypeOf<Told<typeof past.samples>>();
  expectTypeOf<Fields<client.Salience>>().toEqualTypeOf<Told<typeof past.salience>>();
  type Ranked = Item<z.output<typeof past.salience>["entries"]>;
  expectTypeOf<Fields<client.Salience["entries"][number]>>().toEqualTypeOf<keyof Ranked>();
  expectTypeOf<Fields<client.Poll>>().toEqualTypeOf<Told<typeof past.poll>>();
  type Entries = Item<z.output<typeof past.poll>["state"]>;
  expectTypeOf<Fields<client.StateEntry>>().toEqualTypeOf<keyof Entries>();
  expectTypeOf<Fields<client.Evaluated>>().toEqualTypeOf<Told<typeof past.evaluated>>();
});
