import type { TokenRecord } from "../kernel/model.ts";
import type { PresenceRow } from "../storage/presence-store.ts";
import { agentEntry, FIRST_GENERATION } from "./agents.ts";
import type { Row } from "./columns.ts";
import { numberOf, textOf, timeOf, Unreadable } from "./columns.ts";
import type { OldBearer } from "./legacy-store.ts";

/** A bearer string of the original system: its SHA-256 in hex, and the record of the token that it goes on as. */
export interface BearerRecord {
  readonly hash: string;
  readonly bearer: OldBearer;
  readonly record: TokenRecord;
}

const SHA_256 = /^[0-9a-f]{64}$/;
const LABEL = "legacy";

/** The bearer strings of a room and its agents. Where there is no hash there is none: nothing matches it [LEGACY-4]. */
export function oldBearers(
  room: Row,
  agents: readonly Row[],
  now: string,
  randomId: () => string,
): BearerRecord[] {
  const createdAt = timeOf(room, "created_at") ?? now;
  const found: (BearerRecord | null)[] = [
    bearerRecord(room, "token_hash", { kind: "room", created_at: createdAt }, randomId),
    bearerRecord(room, "view_token_hash", { kind: "view", created_at: createdAt }, randomId),
    ...agents.filter(isReadable).map((row) => {
      const agent = textOf(row, "id") ?? "";
      const joinedAt = timeOf(row, "joined_at") ?? now;
      return bearerRecord(row, "token_hash", { kind: "agent", agent, created_at: joinedAt }, randomId);
    }),
  ];
  return found.filter((bearer) => bearer !== null);
}

function bearerRecord(
  row: Row,
  column: string,
  token: Omit<TokenRecord, "id">,
  randomId: () => string,
): BearerRecord | null {
  const hash = textOf(row, column)?.toLowerCase() ?? "";
  if (!SHA_256.test(hash)) return null;
  const id = randomId();
  const { kind, agent = null } = token;
  const bearer = { id, kind, agent, generation: agent === null ? null : FIRST_GENERATION };
  return { hash, bearer, record: { id, ...token, label: LABEL } };
}

/**
 * What agents were last seen doing. Whoever was there is there for as long as nobody has seen otherwise: for an agent that
 * was active, moving in counts as a call.
 */
export function oldPresence(agents: readonly Row[], now: number): PresenceRow[] {
  return agents.filter(isReadable).map((row) => {
    const status = textOf(row, "status") ?? "active";
    const seen = Date.parse(timeOf(row, "last_heartbeat") ?? "") || 0;
    return {
      agent: textOf(row, "id") ?? "",
      last_heartbeat: status === "active" || status === "waiting" ? now : Math.min(seen, now),
      cursor: Math.max(0, numberOf(row, "last_seen_seq") ?? 0),
      read_seq: 0,
    };
  });
}

function isReadable(row: Row): boolean {
  try {
    agentEntry(row);
    return true;
  } catch (thrown) {
    if (thrown instanceof Unreadable) return false;
    throw thrown;
  }
}
