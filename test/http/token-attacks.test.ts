import { base64url } from "jose";
import { expect, it, vi } from "vitest";
import { encoded, forge, secretKey, takeApart } from "../support/forge.ts";
import type { Answer, Body } from "../support/room.ts";
import { Client, createRoom } from "../support/room.ts";

const outcome = ({ status, body }: Answer) => [status, body?.error];

it("[AUTH-2] absent, existing and deleted rooms answer alike to whoever has no token of theirs", {
  timeout: 60_000,
}, async () => {
  const [room, gone, other] = [await createRoom(), await createRoom(), await createRoom()];
  await gone.owner.call("", { method: "DELETE" });
  const old = `as_${"0".repeat(48)}`;
  const calls: [path: string, body?: Body][] = [
    ["/context"],
    [""],
    ["/agents", { id: "eve" }],
    ["/actions/x/invoke", {}],
    ["/watch"],
  ];
  for (const token of [undefined, other.owner.token, old]) {
    for (const [path, body] of calls) {
      const answers: string[] = [];
      for (const id of [room.id, gone.id, `never-${room.id}`]) {
        const answer = await new Client(id, token).call(path, body === undefined ? {} : { body });
        expect([path, answer.status]).toEqual([path, path === "/watch" && token === old ? 400 : 401]);
        const text = JSON.stringify([answer.status, answer.body, [...answer.headers].sort()]);
        answers.push(text.replaceAll(id, "ROOM"));
      }
      expect([path, new Set(answers).size]).toEqual([path, 1]);
    }
  }
});

it("[AUTH-1] claims that were never minted are refused though the signature is good", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  const { payload } = takeApart(ana.token as string);
  for (const claims of [
    { sub: "nobody" },
    { sub: "__proto__" },
    { sub: undefined },
    { gen: 99 },
    { gen: "1" },
    { inc: "other" },
    { inc: undefined },
    { exp: 1 },
    { exp: -1 },
  ]) {
    const forged = new Client(room.id, await forge("as_", { ...payload, ...claims }));
    expect([claims, ...outcome(await forged.call("/context"))]).toEqual([claims, 401, "invalid_token"]);
  }
});

const URL_OF_KEYS = "https://keys.example/jwks.json";
const OTHER_KEY = new TextEncoder().encode("another-secret-another-secret-another!");
/** Headers by which a token would say itself what it is to be verified with. */
const KEY_HEADERS = [
  { kid: "previous" },
  { kid: "../../../dev/null" },
  { kid: "' OR 1=1 --" },
  { jku: URL_OF_KEYS },
  { x5u: URL_OF_KEYS },
  { x5c: ["AAAA"] },
  { x5t: "AAAA" },
  { jwk: { kty: "oct", k: encoded("x"), alg: "HS256" } },
  { typ: "JWT", cty: "JWT" },
];

it("[AUTH-1] no key is taken from a token's header, and none is looked up", async () => {
  const room = await createRoom();
  const { payload, parts } = takeApart(room.owner.token as string);
  const fetched = vi.spyOn(globalThis, "fetch");
  for (const header of KEY_HEADERS) {
    const forged = new Client(room.id, await forge("room_", payload, { key: OTHER_KEY, header }));
    expect([header, ...outcome(await forged.call("/context"))]).toEqual([header, 401, "invalid_token"]);
    const swapped = `room_${encoded({ alg: "HS256", ...header })}.${parts[1]}.${parts[2]}`;
    const changed = await new Client(room.id, swapped).call("/context");
    expect([header, ...outcome(changed)]).toEqual([header, 401, "invalid_token"]);
    // Signed by ours it is as good as any other of ours, and what the header names is not asked for.
    const named = new Client(room.id, await forge("room_", payload, { header }));
    expect([header, ...outcome(await named.call("/context"))]).toEqual([header, 200, undefined]);
  }
  expect(fetched).not.toHaveBeenCalled();
  fetched.mockRestore();
});

it("[AUTH-1] a token that declares what must be understood (crit) is refused, whoever signed it", async () => {
  const room = await createRoom();
  const { payload, parts } = takeApart(room.owner.token as string);
  for (const header of [
    { crit: ["kid"], kid: "1" },
    { crit: ["b64"], b64: false },
    { crit: ["exp"], exp: 1 },
    { crit: [] },
    { crit: "b64" },
  ]) {
    const head = encoded({ alg: "HS256", ...header });
    const token = `room_${await signed(`${head}.${parts[1]}`)}`;
    const answer = await new Client(room.id, token).call("/context");
    expect([header, ...outcome(answer)]).toEqual([header, 401, "invalid_token"]);
  }
  const plain = `room_${await signed(`${encoded({ alg: "HS256" })}.${encoded(payload)}`)}`;
  expect((await new Client(room.id, plain).call("/context")).status).toBe(200);
});

/** A compact JWS of a head and a payload as they are, signed with the key of the Worker under test. */
async function signed(text: string): Promise<string> {
  const key = await crypto.subtle.importKey("raw", secretKey(), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  const signature = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text));
  return `${text}.${base64url.encode(new Uint8Array(signature))}`;
}

it("[AUTH-3] a grant that is taken back counts in the middle of a wait, and so does one that is given", async () => {
  const room = await createRoom();
  const ana = await room.join("ana", { state: { secret: 0 } });
  const bob = await room.join("bob");
  const writes = [{ key: "secret", value: "${params.value}" }];
  await ana.do("_register_action", { id: "keep", scope: "ana", writes });
  const grant = (grants: string[]) => room.owner.call("/agents/bob", { method: "PATCH", body: { grants } });
  await grant(["ana"]);
  const answers: unknown[] = [];
  const wait = bob
    .wait('state["ana"].secret == 2', "&timeout=20000")
    .then(({ body }) => answers.push(body.context.state.ana));
  await expect.poll(async () => (await room.owner.context()).agents.bob.waiting_on).not.toBeNull();
  await grant([]);
  await ana.do("keep", { value: 2 });
  expect((await room.owner.context()).agents.bob.waiting_on).not.toBeNull();
  await ana.do("keep", { value: 1 });
  await grant(["ana"]);
  expect(answers).toEqual([]);
  await ana.do("keep", { value: 2 });
  await wait;
  expect(answers).toEqual([{ secret: 2 }]);
});

it("[AUTH-3] a grant that is narrowed and widened again counts for each call as it stands", async () => {
  const room = await createRoom();
  await room.join("ana", { state: { secret: 1 } });
  const bob = await room.join("bob");
  for (const grants of [["ana"], [], ["ana"], []]) {
    await room.owner.call("/agents/bob", { method: "PATCH", body: { grants } });
    expect((await bob.eval('state["ana"].secret')).value).toBe(grants.length === 0 ? null : 1);
  }
});

it("[ACT-6] what is substituted is never expanded again, in values, keys and the names of fields", async () => {
  const room = await createRoom();
  const ana = await room.join("ana", { state: { secret: "canary" } });
  const value = { "${params.name}": "${params.text}", list: ["${params.text} and ${params.text}"] };
  await ana.do("_register_action", { id: "put", writes: [{ key: "${params.key}", value }] });
  const text = "${self} ${params.text} ${now} ${params.constructor} ${state.self.secret}";
  await ana.do("put", { key: "${self}", name: "__proto__", text });
  const { state } = await room.viewer.context();
  expect(Object.entries(state._shared)).toEqual([
    [
      "${self}",
      JSON.parse(
        `{"__proto__": ${JSON.stringify(text)}, "list": ${JSON.stringify([`${text} and ${text}`])}}`,
      ),
    ],
  ]);
  expect(({} as Body).polluted).toBeUndefined();
});

it("[ACT-5] a merge with names that objects inherit changes that value, and nothing else", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  await ana.do("_register_action", { id: "mix", writes: [{ key: "k", merge: "${params.patch}" }] });
  const patch = '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}';
  const sent = await ana.call("/actions/mix/invoke", { body: `{"params": {"patch": ${patch}}}` });
  expect(sent.status).toBe(200);
  expect(JSON.stringify((await ana.context()).state._shared.k)).toBe(JSON.stringify(JSON.parse(patch)));
  expect(({} as Body).polluted).toBeUndefined();
  expect((await ana.eval("has(agents.ana.polluted) || has(state._shared.k.polluted)")).value).toBe(false);
});

it("[ACT-9] an idempotency key of one agent tells another nothing", async () => {
  const room = await createRoom();
  const [ana, bob] = [await room.join("ana"), await room.join("bob")];
  const writes = [{ scope: "${self}", key: "k", value: "${params.v}" }];
  await ana.do("_register_action", { id: "keep", writes });
  await ana.do("keep", { v: "canary" }, { idempotency_key: "shared" });
  const his = await bob.invoke("keep", { v: "canary" }, { idempotency_key: "shared" });
  expect([his.status, his.headers.get("Idempotency-Replayed"), his.body.agent]).toEqual([200, null, "bob"]);
  const changed = await bob.invoke("keep", { v: "other" }, { idempotency_key: "shared" });
  expect(outcome(changed)).toEqual([409, "idempotency_conflict"]);
  expect(JSON.stringify(changed.body)).not.toContain("canary");
});
