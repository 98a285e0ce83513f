import type { TokenKind, TokenRecord } from "../kernel/model.ts";

interface TokenRow extends Record<string, SqlStorageValue> {
  id: string;
  kind: string;
  agent: string | null;
  label: string | null;
  created_at: string;
  expires_at: string | null;
  revoked_at: string | null;
}

export type ListedToken = TokenRecord & { readonly revoked_at?: string };

function decode(row: TokenRow): ListedToken {
  const { id, kind, created_at } = row;
  return {
    id,
    kind: kind as TokenKind,
    ...(row.agent === null ? {} : { agent: row.agent }),
    ...(row.label === null ? {} : { label: row.label }),
    created_at,
    ...(row.expires_at === null ? {} : { expires_at: row.expires_at }),
    ...(row.revoked_at === null ? {} : { revoked_at: row.revoked_at }),
  };
}

/** What the log's events say of tokens, by token id; the secret itself is stored nowhere. */
export class TokenStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add(token: TokenRecord): void {
    this.#sql.exec(
      "INSERT INTO tokens (id, kind, agent, label, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
      token.id,
      token.kind,
      token.agent ?? null,
      token.label ?? null,
      token.created_at,
      token.expires_at ?? null,
    );
  }

  /** Marks one token, and notes when. */
  revoke(id: string, ts: string): void {
    this.#sql.exec("UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", ts, id);
  }

  /** Forgets the tokens of an agent's earlier generations: the generation itself refuses them. */
  forgetAgent(agent: string): void {
    this.#sql.exec("DELETE FROM tokens WHERE agent = ?", agent);
  }

  get(id: string): ListedToken | undefined {
    return this.#sql.exec<TokenRow>("SELECT * FROM tokens WHERE id = ?", id).toArray().map(decode)[0];
  }

  list(): ListedToken[] {
    return this.#sql.exec<TokenRow>("SELECT * FROM tokens ORDER BY created_at, id").toArray().map(decode);
  }

  revoked(): Set<string> {
    const query = "SELECT id FROM tokens WHERE revoked_at IS NOT NULL";
    return new Set(
      this.#sql
        .exec<{ id: string }>(query)
        .toArray()
        .map((row) => row.id),
    );
  }
}
