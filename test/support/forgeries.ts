import { canonicalJson } from "../../src/kernel/json.ts";
import type { Body } from "./room.ts";
import { chained, sha256 } from "./transfer.ts";

/** An export with right chains, of what no room would have written: where it is found out. */
export interface Forgery {
  readonly seq: number;
  readonly path: RegExp;
  readonly forged: readonly Body[];
}

/** The hash of a value as an entry has it [STATE-2]. */
export function hashOf(value: Body): string {
  return sha256(canonicalJson(JSON.parse(JSON.stringify(value)))).slice(0, 16);
}

/** Forgeries of the export of a furnished room, by what is wrong with each. */
export function forgeries(lines: readonly Body[]): Record<string, Forgery> {
  const events = lines.filter((line) => line.seq !== undefined);
  const seqOf = (test: (write: Body, event: Body) => boolean) =>
    events.find((event) => event.payload.writes.some((write: Body) => test(write, event))).seq;
  const set = seqOf((write) => write.key === "p" && write.op === "push");
  const [join, action, message] = ["_agents", "_actions", "_messages"].map((scope) =>
    seqOf((write) => write.scope === scope),
  ) as [number, number, number];
  const view = seqOf((write) => write.scope === "_views");
  const timer = seqOf((write) => write.timer !== undefined);
  const dropped = seqOf((write) => write.op === "delete");
  const hashed = (write: Body, value: Body) => Object.assign(write, { value, hash: hashOf(value) });
  const changes: Record<string, [seq: number, path: RegExp, change: (write: Body, event: Body) => void]> = {
    "a value that is not its hash's": [set, /hash/, (write) => (write.value = [9])],
    "a revision that does not follow": [set, /revision/, (write) => (write.revision = 5)],
    "a push that makes no list": [set, /value/, (write) => hashed(write, { length: 1 })],
    "a value too large": [set, /value/, (write) => hashed(write, ["x".repeat(300_000)])],
    "a key that is none": [set, /key/, (write) => (write.key = "")],
    "a scope that is none": [set, /scope/, (write) => (write.scope = "self")],
    "a write to the log's own scope": [set, /scope/, (write) => (write.scope = "_audit")],
    "a setting that is none": [
      set,
      /key|value/,
      (write) => Object.assign(write, { scope: "_config", op: "set" }),
    ],
    "an operation that is none": [set, /op/, (write) => (write.op = "drop")],
    "a field that is none": [set, /writes.0/, (write) => (write.secret = 1)],
    "a kind that is none": [set, /kind/, (_, event) => (event.kind = "hack")],
    "a second creation": [set, /kind/, (_, event) => (event.kind = "room_create")],
    "an age of its own": [set, /updated_at/, (write, event) => (write.updated_at = event.ts)],
    "a time in the future": [set, /ts/, (_, event) => (event.ts = "2999-01-01T00:00:00.000Z")],
    "a time that runs backwards": [set, /ts/, (_, event) => (event.ts = "1999-01-01T00:00:00.000Z")],
    "a time that is none": [set, /ts/, (_, event) => (event.ts = "today")],
    "an agent that is none": [set, /agent/, (_, event) => (event.agent = "self")],
    "a refusal that writes": [set, /writes/, (_, event) => (event.payload.ok = false)],
    "a deletion of nothing": [dropped, /key/, (write) => (write.key = "nobody")],
    "a deletion of an agent": [
      dropped,
      /key/,
      (write) => Object.assign(write, { scope: "_agents", key: "ana" }),
    ],
    "a deletion of the room": [
      dropped,
      /key/,
      (write) => Object.assign(write, { scope: "_config", key: "room" }),
    ],
    "an agent without generation": [
      join,
      /value/,
      (write) => hashed(write, { ...write.value, generation: undefined }),
    ],
    "an agent with a timer": [
      join,
      /timer/,
      (write, { ts }) => (write.timer = { effect: "delete", expires_at: ts }),
    ],
    "an action that is a text": [action, /value/, (write) => hashed(write, "x")],
    "an action of a reserved id": [action, /key/, (write) => (write.key = "_register_action")],
    "an action with a schema that recurs": [
      action,
      /value/,
      (write) => hashed(write, { ...write.value, params: { type: "object", $ref: "#" } }),
    ],
    "an action with more than a definition": [
      action,
      /value/,
      (write) => hashed(write, { ...write.value, x: 1 }),
    ],
    "an action with 65 writes": [
      action,
      /value/,
      (write) =>
        hashed(write, {
          ...write.value,
          writes: Array.from({ length: 65 }, () => write.value.writes[0]),
        }),
    ],
    "an action under a reserved scope": [
      action,
      /value.scope/,
      (write) => hashed(write, { ...write.value, scope: "_agents" }),
    ],
    "a view without expression": [
      view,
      /value/,
      (write) => hashed(write, { scope: "ana", registered_by: "ana" }),
    ],
    "a message out of turn": [message, /key/, (write) => (write.key = "9")],
    "a message without body": [message, /value/, (write) => hashed(write, { from: null, kind: "chat" })],
    "a message with a number of its own": [
      message,
      /value/,
      (write) => hashed(write, { ...write.value, seq: 7 }),
    ],
    "a timer beyond ten years": [
      timer,
      /expires_at/,
      (write) => (write.timer = { effect: "delete", expires_at: "2999-01-01T00:00:00.000Z" }),
    ],
    "a timer with two clocks": [timer, /timer/, (write) => (write.timer.ticks = 1)],
    "a cooldown of no action": [
      set,
      /revision/,
      (write, { ts, payload }) =>
        (payload.writes[0] = {
          ...{ op: "cooldown", scope: "_actions", key: "none", revision: 1, hash: write.hash },
          cooldown: { effect: "enable", expires_at: ts },
        }),
    ],
  };
  return Object.fromEntries(
    Object.entries(changes).map(([what, [seq, path, change]]) => {
      const forged = structuredClone([...lines]);
      const event = forged.find((line) => line.seq === seq);
      change(
        event.payload.writes.find((write: Body) => write.op !== "enable"),
        event,
      );
      return [what, { seq, path, forged: chained(forged) }];
    }),
  );
}
