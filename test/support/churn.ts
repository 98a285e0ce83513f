import { expect } from "vitest";
import { wholeLog } from "./ledger.ts";
import type { Body, Client, TestRoom } from "./room.ts";
import { createRoom } from "./room.ts";
import { watch } from "./socket.ts";

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A room that several writers write to, with one reader of each kind of token. */
export interface Churn {
  readonly room: TestRoom;
  readonly readers: Readonly<Record<string, Client>>;
  /** Writes until the writers are told to stop. */
  stop(): Promise<void>;
}

/** Has three writers write what everybody sees, what few see, and what is refused. */
export async function churn(random: () => number): Promise<Churn> {
  const room = await createRoom();
  const [ana, bob, cat] = [await room.join("ana"), await room.join("bob"), await room.join("cat")];
  await room.owner.call("/agents/cat", { method: "PATCH", body: { grants: ["ana"] } });
  await ana.do("_register_action", { id: "tell", writes: [{ key: "${params.k}", value: "${params.v}" }] });
  await ana.do("_register_action", {
    id: "keep",
    scope: "ana",
    writes: [{ key: "k", value: "${params.v}" }],
  });
  await ana.do("_register_action", { id: "never", if: "false", writes: [] });
  let isStopped = false;
  const write = async (writer: Client): Promise<void> => {
    const socket = await watch(writer, "?only=");
    for (let n = 0; !isStopped; n++) {
      const action = ["tell", "tell", "keep", "never", "_send_message"][Math.floor(random() * 5)];
      const params = action === "_send_message" ? { body: `hello ${n}` } : { k: `k${n % 7}`, v: n };
      await socket.ask({ type: "invoke", action, params });
      socket.ack(n);
      await pause(random() * 25);
    }
    socket.close();
  };
  const writers = [ana, bob, room.owner].map(write);
  return {
    room,
    readers: { ana, bob, cat, viewer: room.viewer, owner: room.owner },
    async stop() {
      isStopped = true;
      await Promise.all(writers);
    },
  };
}

/** Fails unless the event frames that a reader got, one after the other, are the log as its token reads it. */
export async function expectLog(reader: Client, got: readonly Body[], message: string): Promise<void> {
  const log = (await wholeLog(reader)) as Body[];
  const expected = log.map(({ seq, kind, ts, agent, payload }) => ({
    type: "event",
    seq,
    kind,
    ts,
    agent,
    ...payload,
  }));
  expect(
    got.map(({ seq }) => seq),
    message,
  ).toEqual(expected.map(({ seq }) => seq));
  expect(got, message).toEqual(expected);
}
