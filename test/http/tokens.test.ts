import { expect, it } from "vitest";
import {
  signCreateToken,
  signingKeys,
  signToken,
  verifyCreateToken,
  verifyToken,
} from "../../src/auth/tokens.ts";
import type { TokenClaims } from "../../src/protocol/calls.ts";
import { encoded, forge, secretKey, takeApart } from "../support/forge.ts";
import { Client, createRoom } from "../support/room.ts";

/** What a room answers to a token. */
async function answerTo(room: string, token: string): Promise<[number, string | undefined]> {
  const { status, body } = await new Client(room, token).call("/context");
  return [status, body.error];
}
const REFUSED = [401, "invalid_token"];

it("[AUTH-1] a token is a prefix and a compact JWS with HS256", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  const prefixes = [room.owner, room.viewer, room.joiner, ana].map(({ token }) => {
    const { prefix, header } = takeApart(token as string);
    expect(header).toEqual({ alg: "HS256" });
    return prefix;
  });
  expect(prefixes).toEqual(["room_", "view_", "join_", "as_"]);
});

it("[AUTH-1] a token that the test forges with the right key and algorithm is good, so that the others prove something", async () => {
  const room = await createRoom();
  const { prefix, payload } = takeApart(room.owner.token as string);
  expect(await answerTo(room.id, await forge(prefix, payload))).toEqual([200, undefined]);
});

it("[AUTH-1] an unsigned token (alg none) is refused in every spelling", async () => {
  const room = await createRoom();
  const { prefix, parts } = takeApart(room.owner.token as string);
  for (const alg of ["none", "None", "NONE", "nOnE", ""]) {
    for (const signature of ["", parts[2]]) {
      const token = `${prefix}${encoded({ alg })}.${parts[1]}.${signature}`;
      expect([alg, ...(await answerTo(room.id, token))]).toEqual([alg, ...REFUSED]);
    }
  }
});

it.each(["HS384", "HS512"])("[AUTH-1] %s with the very key is refused", async (alg) => {
  const room = await createRoom();
  const { prefix, payload } = takeApart(room.owner.token as string);
  const key = await crypto.subtle.importKey(
    "raw",
    secretKey(),
    { name: "HMAC", hash: alg.replace("HS", "SHA-") },
    false,
    ["sign"],
  );
  expect(await answerTo(room.id, await forge(prefix, payload, { alg, key }))).toEqual(REFUSED);
});

it.each(["RS256", "ES256", "EdDSA"])("[AUTH-1] %s is refused", async (alg) => {
  const room = await createRoom();
  const { prefix, payload } = takeApart(room.owner.token as string);
  const algorithms = {
    RS256: {
      name: "RSASSA-PKCS1-v1_5",
      hash: "SHA-256",
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
    },
    ES256: { name: "ECDSA", namedCurve: "P-256" },
    EdDSA: { name: "Ed25519" },
  };
  const pair = await crypto.subtle.generateKey(algorithms[alg as keyof typeof algorithms], false, [
    "sign",
    "verify",
  ]);
  const { privateKey } = pair as CryptoKeyPair;
  expect(await answerTo(room.id, await forge(prefix, payload, { alg, key: privateKey }))).toEqual(REFUSED);
});

it("[AUTH-1] a token that is signed with another key is refused", async () => {
  const room = await createRoom();
  const { prefix, payload } = takeApart(room.owner.token as string);
  const key = new TextEncoder().encode("another-secret-another-secret-another!");
  expect(await answerTo(room.id, await forge(prefix, payload, { key }))).toEqual(REFUSED);
});

it("[AUTH-1] a payload that was changed after signing is refused", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  await room.join("bob");
  const { prefix, payload, parts } = takeApart(ana.token as string);
  for (const change of [{ sub: "bob" }, { kind: "room" }, { gen: 2 }, { room: "other" }, { exp: 4e9 }]) {
    const token = `${prefix}${parts[0]}.${encoded({ ...payload, ...change })}.${parts[2]}`;
    expect([change, ...(await answerTo(room.id, token))]).toEqual([change, ...REFUSED]);
  }
});

it("[AUTH-1] a header that was changed after signing is refused", async () => {
  const room = await createRoom();
  const { prefix, parts } = takeApart(room.owner.token as string);
  for (const header of [{ alg: "HS256", typ: "JWT" }, { alg: "HS256", b64: false, crit: ["b64"] }, {}]) {
    const token = `${prefix}${encoded(header)}.${parts[1]}.${parts[2]}`;
    expect([header, ...(await answerTo(room.id, token))]).toEqual([header, ...REFUSED]);
  }
});

it("[AUTH-1] a prefix that is not of the token's kind is refused", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  for (const token of [room.owner, room.viewer, room.joiner, ana].map((client) => client.token as string)) {
    const { prefix, parts } = takeApart(token);
    for (const other of ["room_", "view_", "join_", "as_", "create_", "", "ROOM_"].filter(
      (name) => name !== prefix,
    )) {
      expect([prefix, other, ...(await answerTo(room.id, other + parts.join(".")))]).toEqual([
        prefix,
        other,
        ...REFUSED,
      ]);
    }
  }
});

it.each([
  "room_",
  "room_.",
  "room_..",
  "room_a.b.c",
  "room_a.b.c.d",
  "room_e30.e30.",
  "as_",
  `room_${"A".repeat(100_000)}`,
  `${"room_".repeat(500)}`,
  "room_000000000000000000000000000000000000000000000000",
  "null",
  "undefined",
  "room_%00",
])("[AUTH-1] the token %s is refused and nothing breaks", async (token) => {
  const room = await createRoom();
  expect(await answerTo(room.id, token)).toEqual(REFUSED);
});

it("[AUTH-1] a signed payload that is no token's is refused", async () => {
  const room = await createRoom();
  const { payload } = takeApart(room.owner.token as string);
  for (const odd of [
    null,
    1,
    "room",
    [],
    {},
    { purpose: "create" },
    { ...payload, kind: undefined },
    { ...payload, kind: "root" },
  ]) {
    expect([odd, ...(await answerTo(room.id, await forge("room_", odd)))]).toEqual([odd, ...REFUSED]);
  }
});

it.each(["", "Basic cm9vbQ==", "Token x", "Bearer", "Bearer  ", "room_x"])(
  "[AUTH-10] the Authorization %j carries no token",
  async (authorization) => {
    const room = await createRoom();
    const nobody = new Client(room.id, undefined);
    const { status, body, headers } = await nobody.call("/context", {
      headers: { Authorization: authorization },
    });
    expect([status, body.error, headers.get("WWW-Authenticate")]).toEqual([
      401,
      "authentication_required",
      "Bearer",
    ]);
  },
);

it("[AUTH-10] a token in the query string is no token", async () => {
  const room = await createRoom();
  const nobody = new Client(room.id, undefined);
  for (const name of ["token", "access_token", "bearer", "authorization"]) {
    expect((await nobody.call(`/context?${name}=${room.owner.token}`)).status).toBe(401);
  }
});

it("[AUTH-10] the scheme is read whatever its case", async () => {
  const room = await createRoom();
  const nobody = new Client(room.id, undefined);
  const headers = { Authorization: `bearer  ${room.owner.token}` };
  expect((await nobody.call("/context", { headers })).status).toBe(200);
});

const CLAIMS: TokenClaims = {
  id: "t1",
  kind: "agent",
  room: "lobby",
  incarnation: "i1",
  agent: "ana",
  generation: 3,
  expires_at: 1_800_000_000_999,
};
const OLD = "old-secret-old-secret-old-secret-old";
const NEW = "new-secret-new-secret-new-secret-new";
const keysOf = (secret: string | undefined, previous?: string) => signingKeys(secret, previous)!;

it("[AUTH-1] what is signed is what is verified", async () => {
  const keys = keysOf(NEW);
  expect(await verifyToken(await signToken(CLAIMS, keys), keys, 0)).toEqual(CLAIMS);
});

it("[AUTH-1] while a key is rotated the old one still verifies, and only the new one signs", async () => {
  const old = await signToken(CLAIMS, keysOf(OLD));
  const rotating = keysOf(NEW, OLD);
  expect(await verifyToken(old, rotating, 0)).toEqual(CLAIMS);
  const fresh = await signToken(CLAIMS, rotating);
  expect(await verifyToken(fresh, keysOf(NEW), 0)).toEqual(CLAIMS);
  expect(await verifyToken(fresh, keysOf(OLD), 0)).toBe(null);
});

it("[AUTH-1] when the rotation is over, tokens of the old key are refused", async () => {
  const old = await signToken(CLAIMS, keysOf(OLD));
  expect(await verifyToken(old, keysOf(NEW), 0)).toBe(null);
  expect(await verifyToken(old, keysOf(NEW, ""), 0)).toBe(null);
});

it("[AUTH-1] a token is good until the moment that it expires, and not in it", async () => {
  const keys = keysOf(NEW);
  const token = await signToken(CLAIMS, keys);
  expect(await verifyToken(token, keys, 1_800_000_000_998)).toEqual(CLAIMS);
  expect(await verifyToken(token, keys, 1_800_000_000_999)).toBe(null);
});

it("[AUTH-9] a create token is no room's token, and no room's token creates", async () => {
  const keys = keysOf(NEW);
  const create = await signCreateToken(keys);
  expect(await verifyCreateToken(create, keys)).toBe(true);
  expect(await verifyToken(create, keys, 0)).toBe(null);
  const agent = await signToken(CLAIMS, keys);
  expect(await verifyCreateToken(agent.replace("as_", "create_"), keys)).toBe(false);
  expect(await verifyCreateToken(await signCreateToken(keysOf(OLD)), keys)).toBe(false);
});

it("[AUTH-8] without a secret there are no keys", () => {
  expect([signingKeys(undefined, OLD), signingKeys("", OLD)]).toEqual([null, null]);
});
