import { expect, it } from "vitest";
import { signToken } from "../../src/auth/tokens.ts";
import { verifiedTokens } from "../../src/auth/verified-tokens.ts";
import { createRoom } from "../support/room.ts";

const CLAIMS = { id: "t1", kind: "agent", room: "r", incarnation: "i", agent: "ana", generation: 1 } as const;

it("[AUTH-1] a token that was verified once is still refused when its time is over", async () => {
  const tokens = verifiedTokens("expiry", undefined)!;
  const token = await signToken({ ...CLAIMS, expires_at: 2_000 }, tokens.keys);
  expect(await tokens.claims(token, 1_999)).toMatchObject({ id: "t1", agent: "ana" });
  expect(await tokens.claims(token, 2_000)).toBeNull();
});

it("[AUTH-1] a token that was verified is unknown under another key", async () => {
  const before = verifiedTokens("before", undefined)!;
  const token = await signToken(CLAIMS, before.keys);
  expect(await before.claims(token, 0)).not.toBeNull();
  expect(await verifiedTokens("after", undefined)?.claims(token, 0)).toBeNull();
  expect(await verifiedTokens("after", "before")?.claims(token, 0)).not.toBeNull();
});

it("[AUTH-1] a text that only begins like a verified token is refused", async () => {
  const tokens = verifiedTokens("prefix", undefined)!;
  const token = await signToken(CLAIMS, tokens.keys);
  await tokens.claims(token, 0);
  expect(await tokens.claims(token.slice(0, -1), 0)).toBeNull();
  expect(await tokens.claims(`${token}A`, 0)).toBeNull();
});

it("[AUTH-2] a token that was used is refused as soon as it is revoked", async () => {
  const room = await createRoom();
  const ana = await room.join("ana");
  expect((await ana.call("/context")).status).toBe(200);
  const { body } = await room.owner.call("/tokens");
  const { id } = body.tokens.find((token: { agent?: string }) => token.agent === "ana");
  await room.owner.call(`/tokens/${id}`, { method: "DELETE" });
  expect((await ana.call("/context")).status).toBe(401);
});

it("[HTTP-3] a body longer than was announced is refused all the same", async () => {
  const room = await createRoom();
  const body = JSON.stringify({ params: { body: "x".repeat(1024 * 1024) } });
  const headers = { "Content-Length": "10" };
  const { status } = await room.owner.call("/actions/_send_message/invoke", { body, headers });
  expect(status).toBe(413);
});
