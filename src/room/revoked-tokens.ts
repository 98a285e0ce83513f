import type { TokenStore } from "../storage/token-store.ts";

/** The ids of revoked tokens, in memory because every call asks. */
export class RevokedTokens {
  readonly #store: TokenStore;
  #ids: Set<string> | undefined;

  constructor(store: TokenStore) {
    this.#store = store;
  }

  has(id: string): boolean {
    this.#ids ??= this.#store.revoked();
    return this.#ids.has(id);
  }

  /** Reads the ids anew when they are next asked for. */
  forget(): void {
    this.#ids = undefined;
  }
}
