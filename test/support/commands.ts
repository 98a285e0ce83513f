import fc from "fast-check";
import type { JsonObject } from "../../src/kernel/json.ts";
import type { ContextShape } from "../../src/protocol/context-shape.ts";
import { ACTIONS, AGENTS, action, arrival, params, VIEWS, value, view } from "./random-definitions.ts";
import type { Call, Failure } from "./subject.ts";

/** Who calls: the room token, by itself or as an agent, or an agent with the last token that it was given. */
export interface By {
  readonly token: "room" | (typeof AGENTS)[number];
  readonly as: string | null;
}

/** One step of a history, as data: what fails is printed, and can be told again. */
export type Command =
  | { readonly do: "call"; readonly by: By; readonly call: Call }
  /** The clock moves on, in ms. */
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "alarm" }
  /** The object is evicted. */
  | { readonly do: "wake" }
  /** The next transaction fails. */
  | { readonly do: "fail"; readonly how: Failure };

const agent = fc.constantFrom(...AGENTS);
const by: fc.Arbitrary<By> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<By>({ token: "room", as: null }) },
  { weight: 3, arbitrary: agent.map((as): By => ({ token: "room", as })) },
  { weight: 3, arbitrary: agent.map((token): By => ({ token, as: null })) },
);

const SHAPE: ContextShape = {
  only: null,
  depth: "usage",
  include: ["_audit", "_agents"],
  messages_after: null,
  messages_limit: 5,
  since: null,
  budget: null,
  expand: [],
  meta: false,
  messages: true,
  actions: true,
  request: {},
};

type Args = { readonly [Name in Call["call"]]: Extract<Call, { call: Name }>["args"] };

function calls<Name extends Call["call"]>(
  name: Name,
  args: fc.Arbitrary<Args[Name]>,
  who: fc.Arbitrary<By> = by,
): fc.Arbitrary<Command> {
  return fc.tuple(who, args).map(([caller, given]): Command => {
    return { do: "call", by: caller, call: { call: name, args: given, compact: false } as Call };
  });
}

/** Now and then an invocation is a dry run, or has a key under which its answer is kept. */
const how = fc.oneof(
  { weight: 8, arbitrary: fc.constant({}) },
  fc.constant({ dry_run: true }),
  fc.constantFrom("k1", "k2").map((idempotency_key) => ({ idempotency_key })),
);

const invoke = (id: fc.Arbitrary<string>, given: fc.Arbitrary<JsonObject>) =>
  calls(
    "invoke",
    fc.tuple(id, given, how).map(([name, filled, extra]) => ({ action: name, params: filled, ...extra })),
  );

const ids = (names: readonly string[]) => fc.constantFrom(...names).map((id): JsonObject => ({ id }));

/** Several at once, each as it may come alone; with `atomic` all or none. */
const batch = calls(
  "invokeMany",
  fc.record({
    invocations: fc.array(
      fc
        .oneof(
          fc.tuple(fc.constantFrom(...ACTIONS), params),
          fc.tuple(fc.constant("_register_action"), action),
          fc.tuple(fc.constant("_send_message"), fc.constant<JsonObject>({ body: 1, to: "bob" })),
          fc.tuple(fc.constant("_delete_view"), ids(VIEWS)),
        )
        .map(([name, given]) => ({ action: name, params: given })),
      { minLength: 1, maxLength: 5 },
    ),
    atomic: fc.boolean(),
  }),
);

const owner = fc.constant<By>({ token: "room", as: null });
const retention = fc.constantFrom(null, { events: 10 }, { events: 25 }, { days: 0.01 });
const message = fc.record({ body: value, kind: fc.constantFrom("chat", "note") });

export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 24, arbitrary: invoke(fc.constantFrom(...ACTIONS), params) },
  { weight: 8, arbitrary: invoke(fc.constant("_register_action"), action) },
  { weight: 3, arbitrary: invoke(fc.constant("_register_view"), view) },
  invoke(fc.constant("_delete_action"), ids(ACTIONS)),
  invoke(fc.constant("_delete_view"), ids(VIEWS)),
  { weight: 2, arbitrary: invoke(fc.constant("_send_message"), message) },
  { weight: 6, arbitrary: batch },
  {
    weight: 2,
    arbitrary: calls(
      "join",
      fc.tuple(agent, arrival).map(([id, rest]) => ({ id, ...rest })),
    ),
  },
  calls("leave", fc.record({ agent })),
  calls("updateAgent", fc.record({ agent, grants: fc.subarray(["ana", "bob", "_help"]) }), owner),
  calls("updateAgent", fc.record({ agent, role: fc.constantFrom("lead", "agent") })),
  calls("updateRoom", fc.record({ config: fc.record({ retention, dashboard: value }) }), owner),
  calls("mintToken", fc.constantFrom({ kind: "view" }, { kind: "agent", agent: "bob", expires_in: 60 })),
  { weight: 2, arbitrary: calls("context", fc.constant(SHAPE)) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(1, 1_000, 61_000, 3_600_000).map((ms): Command => ({ do: "pass", ms })),
  },
  { weight: 4, arbitrary: fc.constant<Command>({ do: "alarm" }) },
  { weight: 2, arbitrary: fc.constant<Command>({ do: "wake" }) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom<Failure>("full", "crash before", "crash within", "crash after")
      .map((failure): Command => ({ do: "fail", how: failure })),
  },
);

/** What every history begins with: those who take part, and an action of each write mode. */
export const OPENING: readonly Command[] = [
  ...AGENTS.map((id): Command => {
    const args = { id, state: { a: 1 }, public_keys: ["a"] };
    return { do: "call", by: { token: "room", as: null }, call: { call: "join", args, compact: false } };
  }),
  ...[
    { id: "one", writes: [{ key: "${params.k}", value: "${params.v}" }] },
    {
      id: "two",
      writes: [
        { key: "a", increment: 1 },
        { scope: "_list", append: true, value: "${params.v}" },
      ],
    },
    {
      id: "three",
      writes: [
        { key: "${params.k}", delete: true },
        {
          key: "b",
          append: true,
          value: "${params.v}",
          timer: { ticks: 2, tick_on: "_shared.a", effect: "enable" },
        },
      ],
      on_invoke: { timer: { ms: 1_000 } },
    },
  ].map((definition): Command => {
    const args = { action: "_register_action", params: definition as JsonObject };
    return { do: "call", by: { token: "room", as: null }, call: { call: "invoke", args, compact: false } };
  }),
];
