import { STEPS } from "./steps.ts";

/** Whether this object's database holds a room's schema: an object that nobody created stays empty. */
export function hasSchema(sql: SqlStorage): boolean {
  const query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'";
  return [...sql.exec(query)].length > 0;
}

/** Runs the steps that this database has not run yet, each in a transaction of its own with the note that it ran. */
export function migrate(storage: DurableObjectStorage): void {
  const { sql } = storage;
  sql.exec("CREATE TABLE IF NOT EXISTS migrations (step INTEGER PRIMARY KEY)");
  const done = sql.exec<{ steps: number }>("SELECT count(*) AS steps FROM migrations").one().steps;
  for (const [index, step] of STEPS.entries()) {
    if (index < done) continue;
    storage.transactionSync(() => {
      sql.exec(step);
      sql.exec("INSERT INTO migrations (step) VALUES (?)", index + 1);
    });
  }
}
