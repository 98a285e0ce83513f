/**
 * The first of `rows`, up to the one with which their texts come to `chars`; what follows is not read. A page by count alone
 * could be more than an object has memory for: an event is up to a MiB.
 */
export function boundedRows<Row>(rows: Iterable<Row>, textOf: (row: Row) => string, chars: number): Row[] {
  const taken: Row[] = [];
  let left = chars;
  for (const row of rows) {
    taken.push(row);
    left -= textOf(row).length;
    if (left <= 0) break;
  }
  return taken;
}
