import { DatabaseSync } from "node:sqlite";

type Value = string | number | null;
type Row = Record<string, Value>;

/** What a statement found: of the platform's cursor, what the room's stores use. */
class Rows {
  readonly #rows: Row[];

  constructor(rows: Row[]) {
    this.#rows = rows;
  }

  toArray(): Row[] {
    return this.#rows;
  }

  one(): Row {
    const [row, ...more] = this.#rows;
    if (row === undefined || more.length > 0) throw new Error("not one row");
    return row;
  }

  raw(): Iterable<Value[]> {
    return this.#rows.map((row) => Object.values(row));
  }

  [Symbol.iterator](): Iterator<Row> {
    return this.#rows[Symbol.iterator]();
  }
}

/** The storage of one object, over a database in memory: its `sql` and its synchronous transactions. */
export class MemorySql {
  readonly #database = new DatabaseSync(":memory:");
  readonly #statements = new Map<string, ReturnType<DatabaseSync["prepare"]>>();
  #depth = 0;

  exec(query: string, ...bindings: Value[]): Rows {
    // A step of the schema is several statements, which are not prepared.
    if (query.trimEnd().endsWith(";")) {
      this.#database.exec(query);
      return new Rows([]);
    }
    const known = this.#statements.get(query);
    const statement = known ?? this.#database.prepare(query);
    if (!known) this.#statements.set(query, statement);
    return new Rows(statement.all(...bindings));
  }

  /** Runs all or nothing; one in another is a savepoint. */
  transaction<T>(work: () => T): T {
    const point = `point${this.#depth}`;
    this.#database.exec(`SAVEPOINT ${point}`);
    this.#depth += 1;
    try {
      const result = work();
      this.#database.exec(`RELEASE ${point}`);
      return result;
    } catch (thrown) {
      this.#database.exec(`ROLLBACK TO ${point}; RELEASE ${point}`);
      throw thrown;
    } finally {
      this.#depth -= 1;
    }
  }

  /** The same as the platform's own classes, for those who ask for them. */
  get storage(): DurableObjectStorage {
    const transactionSync = this.transaction.bind(this);
    return { sql: this, transactionSync } as unknown as DurableObjectStorage;
  }

  close(): void {
    this.#database.close();
  }
}
