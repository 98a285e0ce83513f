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
  type Named = Exclude<ServerFrame["type"], "result" | "error">;
  expectTypeOf<client.Frame["type"]>().toEqualTypeOf<Named>();
});
