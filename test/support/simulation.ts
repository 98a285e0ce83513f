import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect, vi } from "vitest";
import { Dice } from "../../drills/random.ts";
import { SPARING_MS } from "../../src/protocol/full-disk.ts";
import { breakNext } from "./object-room.ts";
import type { Expected } from "./reference-room.ts";
import { ReferenceRoom } from "./reference-room.ts";
import type { Fields } from "./reference-state.ts";
import { hashOf } from "./reference-state.ts";
import type { Answer, Body, TestRoom } from "./room.ts";
import { Client, createRoom, roomObject } from "./room.ts";
import type { By, Deed } from "./simulated-deeds.ts";
import { MEMBERS, nextDeed, vocabulary } from "./simulated-deeds.ts";
import type { Failure } from "./subject.ts";

const OWNER: By = { token: "owner", as: null };
const FAILURES: readonly Failure[] = ["full", "crash before", "crash within", "crash after"];

/** What a simulation did, over all its runs. */
export interface Tally {
  calls: number;
  /** How often each refusal was given. */
  readonly refusals: Map<string, number>;
  broken: number;
  upsets: number;
}

/** One run: a room over HTTP beside the reference, a clock that is moved, and an object that ends when it likes. */
export class Simulation {
  readonly #dice: Dice;
  readonly #room: TestRoom;
  readonly #reference: ReferenceRoom;
  readonly #clients: Map<string, Client>;
  readonly #tally: Tally;
  readonly #words: readonly Fields[];

  private constructor(dice: Dice, room: TestRoom, tally: Tally) {
    this.#dice = dice;
    this.#words = vocabulary(dice);
    this.#room = room;
    this.#tally = tally;
    this.#clients = new Map([["owner", room.owner]]);
    this.#reference = new ReferenceRoom(Date.now());
  }

  /** A room in which everybody has joined and its actions are registered. */
  static async begin(seed: number, tally: Tally): Promise<Simulation> {
    const simulation = new Simulation(new Dice(seed), await createRoom(), tally);
    for (const id of MEMBERS) await simulation.#call({ do: "join", by: OWNER, id, state: { a: 1 } });
    for (const params of simulation.#words) {
      const by: By = { token: "owner", as: MEMBERS[simulation.#dice.below(6)] ?? null };
      const authorised = params.scope === undefined ? by : OWNER;
      await simulation.#call({ do: "register", by: authorised, action: "_register_action", params });
    }
    return simulation;
  }

  /** The next thing that happens. */
  async step(): Promise<void> {
    const roll = this.#dice.below(40);
    if (roll < 4) this.#pass();
    else if (roll < 7) await this.#upset(roll - 4);
    else if (roll < 10) await this.#callBroken();
    else await this.#call(nextDeed(this.#dice, this.#reference, this.#words));
  }

  /** Compares all that the room holds with what it should. */
  async compare(): Promise<void> {
    this.#reference.state.fireDue();
    const { state, seq } = (await this.#room.owner.call("/poll")).body;
    const found = (state as Body[])
      .filter(({ scope }) => isPlain(scope))
      .map(({ scope, key, ...entry }) => [`${scope} ${key}`, entry] as const);
    expect(Object.fromEntries(found)).toEqual(this.#expectedPoll());
    expect(seq).toBe(this.#reference.state.seq);
    const verified = (await this.#room.owner.call("/log/verify")).body;
    expect(verified).toMatchObject({ ok: true, seq });
  }

  #expectedPoll(): Record<string, unknown> {
    const { state } = this.#reference;
    const entries = [...state.cells.keys()].filter(isPlain).flatMap((scope) =>
      Object.entries(this.#reference.shown(scope)).map(([key, value]) => {
        const { revision = 0, updated = 0 } = state.get(scope, key) ?? {};
        const entry = { value, revision, hash: hashOf(value), updated_at: new Date(updated).toISOString() };
        return [`${scope} ${key}`, entry] as const;
      }),
    );
    return Object.fromEntries(entries);
  }

  #pass(ms = this.#dice.pick([1, 1, 500, 2_000, 70_000])): void {
    this.#reference.state.now += ms;
    vi.setSystemTime(this.#reference.state.now);
  }

  /** Nothing that is answered may show that the object was evicted, or ended, or that its alarm rang, twice even. */
  async #upset(how: number): Promise<void> {
    this.#tally.upsets += 1;
    const object = roomObject(this.#room.id);
    if (how === 0) {
      // Only an object that runs can be evicted.
      await runInDurableObject(object, () => undefined);
      await evictDurableObject(object);
    }
    if (how === 1) {
      await runInDurableObject(object, (_, state) => state.abort("a fault of the simulation")).catch(
        () => undefined,
      );
    }
    if (how === 2) {
      this.#reference.state.fireDue();
      await runDurableObjectAlarm(object);
      await runInDurableObject(object, (room) => room.alarm());
    }
  }

  async #call(deed: Deed): Promise<void> {
    this.#tally.calls += 1;
    const expected = this.#reference.answer(deed);
    const answer = await this.#send(deed);
    this.#check(deed, expected, answer);
  }

  /** A call during which a transaction fails, where it has one: nothing of it may have happened. */
  async #callBroken(): Promise<void> {
    await this.#call({ do: "read", by: OWNER });
    const deed = nextDeed(this.#dice, this.#reference, this.#words);
    const how = this.#dice.pick(FAILURES);
    const takeBack = this.#reference.remember();
    const { seq } = this.#reference.state;
    const expected = this.#reference.answer(deed);
    const isBroken = this.#reference.state.seq > seq;
    const fail = (failure: Failure | null) =>
      runInDurableObject(roomObject(this.#room.id), (_, { storage }) => breakNext(storage, failure));
    await fail(how);
    this.#tally.broken += isBroken ? 1 : 0;
    if (isBroken) takeBack();
    const answer = await this.#send(deed);
    if (!isBroken) this.#check(deed, expected, answer);
    else if (how === "full") expect([answer.status, answer.body.error]).toEqual([507, "storage_full"]);
    else expect([answer.status, answer.body.error]).toEqual([503, "overloaded"]);
    await fail(null);
    // A room that has failed puts its timers off for some seconds [LOG-8].
    if (isBroken) this.#pass(SPARING_MS + 1);
  }

  #check(deed: Deed, expected: Expected, { status, body, headers }: Answer): void {
    const told = JSON.stringify({ deed, answer: body });
    expect({ status, error: body.error }, told).toEqual({ status: expected.status, error: expected.error });
    const { refusals } = this.#tally;
    if (body.error !== undefined) refusals.set(body.error, (refusals.get(body.error) ?? 0) + 1);
    const seq = headers.get("X-Sync-Seq");
    if (expected.seq !== undefined) expect(Number(seq), told).toBe(expected.seq);
    expect(headers.get("Idempotency-Replayed"), told).toBe(expected.replayed ? "true" : null);
    if (expected.allowed !== undefined) expect(body.allowed, told).toBe(expected.allowed);
    if (expected.writes) expect(body.writes.map(withoutTimer), told).toEqual(expected.writes);
    if (expected.result !== undefined) expect(body.result, told).toEqual(expected.result);
    if (status >= 300) return;
    if (deed.do === "register") this.#reference.learn(String(deed.params.id), body.hash);
    if (deed.do === "join") this.#clients.set(deed.id, new Client(this.#room.id, body.token, deed.id));
    if (deed.do === "read") this.#checkContext(deed.by, body, told);
  }

  /** What a reader sees of each scope, and of which scopes [AUTH-5]. */
  #checkContext(by: By, { state }: Body, told: string): void {
    const self = by.token === "owner" ? by.as : by.token;
    const expected: Record<string, Fields> = {};
    for (const scope of this.#reference.state.cells.keys()) {
      if (!isPlain(scope) || !this.#reference.maySee(by, scope)) continue;
      const shown = this.#reference.shown(scope);
      if (Object.keys(shown).length > 0) expected[scope === self ? "self" : scope] = shown;
    }
    const found = Object.entries(state as Body).filter(
      ([, entries]) => Object.keys(entries as Body).length > 0,
    );
    expect(Object.fromEntries(found), told).toEqual(expected);
  }

  async #send(deed: Deed): Promise<Answer> {
    const client = this.#clients.get(deed.by.token) as Client;
    const agent = deed.by.as === null ? {} : { agent: deed.by.as };
    const query = deed.by.as === null ? "" : `?agent=${deed.by.as}`;
    switch (deed.do) {
      case "read":
        return await client.call(`/context${query}`);
      case "join":
        return await client.call("/agents", { body: { id: deed.id, state: deed.state, ...agent } });
      case "leave":
        return await client.call(`/agents/${deed.agent}${query}`, { method: "DELETE" });
      case "grant":
        return await client.call(`/agents/${deed.agent}${query}`, {
          method: "PATCH",
          body: { grants: deed.grants },
        });
      case "configure":
        return await client.call("", { method: "PATCH", body: { config: { dashboard: deed.value } } });
      default: {
        const { do: _, by: __, action, params, ...extra } = deed;
        return await client.invoke(action, params, { ...extra, ...agent });
      }
    }
  }
}

/** Scopes of which the reference knows the values. */
function isPlain(scope: string): boolean {
  return !["_actions", "_views", "_agents", "_config", "_messages", "_help", "_audit"].includes(scope);
}

function withoutTimer({ timer: _, ...write }: Body): Body {
  return write;
}
