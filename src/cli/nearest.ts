/** The candidate that `name` was probably meant to be, or undefined where none is close. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let bound = Math.min(3, Math.ceil(name.length / 3));
  let found: string | undefined;
  for (const candidate of candidates) {
    const apart = distance(name.toLowerCase(), candidate.toLowerCase());
    if (apart > bound) continue;
    found = candidate;
    bound = apart - 1;
  }
  return found;
}

/** How many letters must be inserted, deleted or replaced to make `b` of `a` (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
  }
  return row[b.length] ?? 0;
}
