/** Names beyond this length are taken as they are: nobody mistypes a text. */
const LONGEST = 64;
/** So many names are compared: in a larger crowd a near one says little. */
const MOST_COMPARED = 2_000;

/**
 * The candidate that `name` was probably meant to be, or undefined where none is close: a few letters apart, or in
 * capitals. Names that differ in their numbers only, as `task-1` and `task-2`, are two names.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > LONGEST) return undefined;
  const letters = name.toLowerCase();
  const rest = unnumbered(name);
  let bound = name.length < 3 ? 0 : Math.min(3, Math.ceil(name.length / 4));
  let found: string | undefined;
  let compared = 0;
  for (const candidate of candidates) {
    if (++compared > MOST_COMPARED) return found;
    if (Math.abs(candidate.length - name.length) > bound) continue;
    if (unnumbered(candidate) === rest) continue;
    const apart = distance(letters, candidate.toLowerCase());
    if (apart > bound) continue;
    found = candidate;
    bound = apart - 1;
  }
  return found;
}

function unnumbered(name: string): string {
  return name.replace(/\d/g, "");
}

/** How many insertions, deletions, replacements and swaps of neighbours make `b` of `a` (Damerau and Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  let last = row;
  const at = (cells: readonly number[], index: number) => cells[index] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    const before = last;
    [last, row] = [row, [i]];
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swaps = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = swaps ? at(before, j - 2) + 1 : replaced;
      row.push(Math.min(at(last, j) + 1, at(row, j - 1) + 1, replaced, swapped));
    }
  }
  return at(row, b.length);
}
