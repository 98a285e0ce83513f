/** The distinct scopes of a table, each found by one seek: what it costs does not depend on what they hold. */
export function scopesOf(sql: SqlStorage, table: "state" | "base" | "log_index"): string[] {
  const query = `WITH RECURSIVE scopes (scope) AS (
      SELECT min(scope) FROM ${table}
      UNION ALL
      SELECT (SELECT min(scope) FROM ${table} WHERE scope > scopes.scope)
        FROM scopes WHERE scopes.scope IS NOT NULL)
    SELECT scope FROM scopes WHERE scope IS NOT NULL`;
  const rows = sql.exec<{ scope: string }>(query).toArray();
  return rows.map(({ scope }) => scope);
}
