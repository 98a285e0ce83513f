import { exports } from "cloudflare:workers";
import { imported, madeDump } from "./legacy.ts";
import type { DescribedCall } from "./openapi-document.ts";
import type { Drawn } from "./openapi-requests.ts";
import { inHeader, named, readText, spoiled, textOf } from "./openapi-spoiling.ts";
import type { Body, TestRoom } from "./room.ts";
import { createRoom } from "./room.ts";
import { exportText } from "./transfer.ts";

const EXPRESSIONS = [
  "true",
  "size(state._votes) >= 0",
  "state._shared.turn",
  "1 +",
  "1 / 0",
  "agents.ana.name",
];
const SCOPES = ["_votes", "_shared", "ana", "_actions", "_views", "_agents", "_messages", "nobody"];
const KEYS = ["ana", "turn", "vote", "tally", "1", "absent"];
const VIEWS = ["tally", "turns", "absent"];
const AGENTS = ["ana", "ben", "nobody"];
const KINDS = ["invoke", "message", "agent_join", "nothing"];

/** Invocations that mostly work, and some that mostly do not. */
const INVOCATIONS: readonly (readonly [action: string, params: Body])[] = [
  ["vote", { choice: "tea" }],
  ["turn", {}],
  ["note", { text: "hello" }],
  ["vote", { choice: "milk" }],
  ["closed", {}],
  ["absent", {}],
  ["_send_message", { body: { any: ["thing"] }, to: "ben", mood: 1 }],
  ["_send_message", { body: "hello", to: ["nobody"] }],
  ["_register_action", { id: "turn", writes: [{ key: "turn", increment: 1 }], result: "state._shared.turn" }],
  [
    "_register_action",
    { id: "rival", writes: [{ key: "turn", value: 0, timer: { ms: 60_000, effect: "delete" } }] },
  ],
  ["_register_view", { id: "turns", expr: "state._shared.turn", render: { type: "metric", temporal: true } }],
  ["_register_view", { id: "broken", expr: "1 +" }],
  ["_delete_action", { id: "rival" }],
  ["_delete_view", { id: "turns" }],
  ["help", {}],
  ["help", { key: "guide" }],
  ["help", { key: "nothing" }],
];

/** Whom a request goes to. */
interface Target {
  readonly room: string;
  readonly bearer: string | null;
  readonly agent?: string;
  readonly tokenId?: string;
}

export interface Sent {
  readonly request: Request;
  readonly body: string | undefined;
  readonly response: Response;
  readonly text: string;
}

/** A room with content, tokens of every kind, and what the calls that end something may end. */
export class OpenApiWorld {
  readonly #room: TestRoom;
  readonly #tokens: Readonly<Record<string, string>>;
  readonly #lines: string;
  #seq = 0;

  private constructor(room: TestRoom, tokens: Record<string, string>, lines: string) {
    this.#room = room;
    this.#tokens = tokens;
    this.#lines = lines;
  }

  static async create(): Promise<OpenApiWorld> {
    const room = await createRoom({ meta: { topic: "tea" } });
    const ana = await room.join("ana", {
      name: "Ana",
      state: { mood: 1, __proto__: null },
      public_keys: ["mood"],
    });
    const ben = await room.join("ben", { meta: { colour: "blue" } });
    const gone = await room.join("left");
    await gone.call("/agents/left", { method: "DELETE" });
    await room.owner.call("/agents/ben", { method: "PATCH", body: { grants: ["ana"] } });
    const choice = { type: "string", enum: ["tea", "coffee"], required: true };
    const vote = [{ scope: "_votes", key: "${self}", value: "${params.choice}" }];
    await ana.do("_register_action", { id: "vote", params: { choice }, if: "self != ''", writes: vote });
    await ana.do("_register_action", { id: "turn", writes: [{ key: "turn", increment: 1 }] });
    const note = [{ scope: "_notes", append: true, value: { by: "${self}", text: "${params.text}" } }];
    await ana.do("_register_action", { id: "note", writes: note, on_invoke: { timer: { ms: 1 } } });
    await ana.do("_register_action", {
      id: "closed",
      enabled: "false",
      if: "state._shared.x > 1",
      writes: [],
    });
    await room.owner.do("_register_view", { id: "tally", expr: "size(state._votes)", scope: "_shared" });
    await ben.do("vote", { choice: "tea" });
    await ana.do("_send_message", { body: "hello", to: "ben" });
    const foreign = await createRoom();
    const tokens = {
      owner: room.owner.token!,
      ana: ana.token!,
      ben: ben.token!,
      viewer: room.viewer.token!,
      joiner: room.joiner.token!,
      foreign: foreign.owner.token!,
      left: gone.token!,
      forged: `${room.owner.token}x`,
      old: `room_${"0".repeat(48)}`,
    };
    return new OpenApiWorld(room, tokens, await exportText(room.viewer));
  }

  /** Sends a drawn request, with ids and tokens of this world in it. */
  async send(drawn: Drawn, call: DescribedCall): Promise<Sent> {
    const pick = <T>(from: readonly T[]): T => from[drawn.choice % from.length]!;
    const isNamed = drawn.choice % 5 !== 0;
    const target = await this.#target(drawn, call);
    const known: Record<string, string> = {
      room: target.room,
      agent: target.agent ?? pick(AGENTS),
      action: pick(INVOCATIONS)[0],
      scope: pick(SCOPES),
      key: pick(KEYS),
      seq: String(drawn.choice % (this.#seq + 2)),
      view: pick(VIEWS),
      token: target.tokenId ?? "absent",
      template: pick(["vote", "lock", "absent"]),
    };
    const path = { ...drawn.path, ...(isNamed ? known : { room: target.room }) };
    const query = { ...drawn.query, ...this.#query(drawn, pick) };
    const body = isNamed ? this.#body(drawn, pick) : drawn.body;
    return await this.#fetch({ ...drawn, path, query, body }, call, target.bearer);
  }

  #query(drawn: Drawn, pick: <T>(from: readonly T[]) => T): Record<string, string> {
    const near = String(drawn.choice % (this.#seq + 2));
    const usual: Record<string, string> = {
      condition: pick(EXPRESSIONS),
      timeout: String(drawn.choice % 5),
      agent: pick(AGENTS),
      after: near,
      since: near,
      kind: pick(KINDS),
      key: pick(KEYS),
      scope: pick(SCOPES),
      prefix: "a",
    };
    return Object.fromEntries(Object.entries(usual).filter(([name]) => name in drawn.query));
  }

  #body({ call, body, choice }: Drawn, pick: <T>(from: readonly T[]) => T): Body {
    const [action, params] = pick(INVOCATIONS);
    const fresh = `r-${crypto.randomUUID()}`;
    switch (call) {
      case "createRoom":
        return { ...body, id: fresh, import: undefined, template: pick([undefined, "vote", "lock"]) };
      case "fork":
        return { ...body, id: fresh, at: 1 + (choice % Math.max(1, this.#seq)) };
      case "join":
        return {
          ...body,
          id: fresh,
          agent: undefined,
          state: { mood: 1 },
          public_keys: ["mood"],
          views: undefined,
        };
      case "invoke":
        return { ...body, params, agent: undefined, if_action_hash: undefined };
      case "invokeMany":
        return { ...body, invocations: [{ action, params }, { action: "turn" }], agent: undefined };
      case "evaluate":
        return { ...body, expr: pick(EXPRESSIONS), agent: undefined };
      case "mintToken":
        return body.kind === "agent" ? { ...body, agent: "ana" } : body;
      case "migrate":
        return { to: pick(["dual", "dual", "v8"]) };
      case "import":
        return typeof body === "string" ? this.#lines : body;
      default:
        return body;
    }
  }

  /** Whom a request goes to: what it ends is made for it. */
  async #target({ choice }: Drawn, call: DescribedCall): Promise<Target> {
    const schemes = call.operation.security.flatMap((each) => Object.keys(each)[0] ?? "nobody");
    const scheme = schemes[choice % schemes.length];
    const bearers: Record<string, string | undefined> = {
      roomToken: "owner",
      agentToken: choice % 2 === 0 ? "ana" : "ben",
      viewToken: "viewer",
      joinToken: "joiner",
    };
    const bearer = this.#tokens[bearers[scheme ?? ""] ?? ""] ?? null;
    const own = { room: this.#room.id, bearer };
    switch (call.id) {
      // Limits that it lowers would be those of all that comes after.
      case "updateRoom":
      case "deleteRoom":
      case "import": {
        const room = await createRoom();
        return { room: room.id, bearer: room.owner.token! };
      }
      case "migrate": {
        const { room } = await imported(madeDump({ agents: [{ id: "ana" }], actions: [{ id: "go" }] }));
        return { room: room.id, bearer: room.owner.token! };
      }
      case "leave": {
        const agent = await this.#room.join(`a-${crypto.randomUUID()}`);
        return { ...own, agent: agent.agent!, bearer: scheme === "agentToken" ? agent.token! : bearer };
      }
      case "updateAgent":
        return { ...own, agent: choice % 2 === 0 ? "ana" : "ben" };
      case "revokeToken": {
        const { body } = await this.#room.owner.call("/tokens", { body: { kind: "view" } });
        return { ...own, tokenId: body.id };
      }
      default:
        return own;
    }
  }

  async #fetch(drawn: Drawn, call: DescribedCall, bearer: string | null): Promise<Sent> {
    const { type, spoiling } = drawn;
    const spoilt = spoiled(drawn);
    const headers = new Headers();
    for (const [name, value] of Object.entries(drawn.headers)) headers.set(name, inHeader(value));
    if (call.id === "watch") headers.set("Accept", "text/event-stream");
    const token = spoiling.how === "token" ? (this.#tokens[spoiling.of] ?? null) : bearer;
    if (token !== null && spoiling.how !== "no token") headers.set("Authorization", `Bearer ${token}`);
    if (type !== undefined) headers.set("Content-Type", type);
    if (spoiling.how === "header") headers.set(spoiling.name, inHeader(spoiling.value));
    const query = new URLSearchParams(spoilt.query);
    // Nobody waits for long: a text that is no number is sent as it is.
    if (call.id === "wait" && !/\D/.test(query.get("timeout") ?? "")) query.set("timeout", "3");
    const path = call.path.replaceAll(/\{(\w+)\}/g, (_, name) =>
      encodeURIComponent(named(spoilt.path[name] ?? "")),
    );
    const url = `http://sync.test${path}${spoiling.how === "bad url" ? "/%ff" : ""}?${query}`;
    const method = spoiling.how === "wrong method" ? "PUT" : call.method;
    const body = textOf(spoilt.body, spoiling.how);
    const request = new Request(url, {
      method,
      headers,
      ...(body === undefined || method === "GET" ? {} : { body }),
    });
    const { response, text } = await answerOf(request);
    if (drawn.path.room === this.#room.id)
      this.#seq = Number(response.headers.get("X-Sync-Seq") ?? this.#seq);
    return { request, body, response, text };
  }
}

const MOST_TRIES = 5;

/** A room that forgets what an export was to send next breaks it off [EXPORT-3]: then it is asked for anew. */
async function answerOf(request: Request): Promise<Pick<Sent, "response" | "text">> {
  for (let tries = 1; ; tries++) {
    const response = await exports.default.fetch(request.clone());
    try {
      return { response, text: await readText(response) };
    } catch (thrown) {
      const isExport = response.headers.get("Content-Type") === "application/x-ndjson";
      if (!isExport || tries === MOST_TRIES) throw thrown;
    }
  }
}
