/** What the proofs in memory use of Node: its SQLite. */
declare module "node:sqlite" {
  type Value = string | number | null;
  export class StatementSync {
    all(...bindings: Value[]): Record<string, Value>[];
  }
  export class DatabaseSync {
    constructor(path: string);
    exec(sql: string): void;
    prepare(sql: string): StatementSync;
    close(): void;
  }
}
