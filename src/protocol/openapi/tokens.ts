import type { Declaration } from "./declaration.ts";
import { answer, jsonBody } from "./declaration.ts";
import { BODY, OWNER } from "./errors.ts";

const record = {
  id: "0f5c6b1e-3c49-4b8e-9b62-6a6c5e1b7d20",
  kind: "join",
  label: "for the afternoon",
  created_at: "2026-11-23T09:00:06.000Z",
  expires_at: "2026-11-23T17:00:06.000Z",
};

export const TOKENS = {
  mintToken: {
    tag: "Tokens",
    description: "The secret is told once. A token of kind `agent` is for an agent that has joined.",
    bearers: ["room"],
    body: jsonBody("MintToken", { kind: "join", label: "for the afternoon", expires_in: 28_800 }, true),
    answers: { 201: answer("The token.", "MintedToken", { ...record, seq: 6, token: "join_…" }) },
    errors: [...OWNER, ...BODY, "invalid_param"],
  },
  listTokens: {
    tag: "Tokens",
    description: "What tokens there are, never their secrets.",
    bearers: ["room"],
    answers: { 200: answer("The tokens.", "TokenList", { tokens: [record] }) },
    errors: OWNER,
  },
  revokeToken: {
    tag: "Tokens",
    description: "From now on it is refused; its sockets and waits end.",
    bearers: ["room"],
    answers: {
      200: answer("It is revoked.", "RevokedToken", { revoked: true, id: record.id, seq: 7 }),
    },
    errors: [...OWNER, "not_found"],
  },
} as const satisfies Readonly<Record<string, Declaration>>;
