type Members = Readonly<Record<string, unknown>>;

/** What a name stands for: names are anybody's to choose, those of an object's own prototype too. */
export function member<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** `now`, with every part of it that is equal to one of `was` in its place: so equal parts are the same object. */
export function reuse(was: unknown, now: unknown): unknown {
  if (Object.is(was, now) || !isContainer(was) || !isContainer(now)) return now;
  if (Array.isArray(was) !== Array.isArray(now)) return now;
  const keys = Object.keys(now);
  const before = was as Members;
  const reused = Object.fromEntries(
    keys.map((key) => [key, reuse(member(before, key), (now as Members)[key])]),
  );
  if (isSame(before, reused)) return was;
  return Array.isArray(now) ? Object.values(reused) : reused;
}

/** Whether both hold the same members in the same order. */
export function isSame(left: Members, right: Members): boolean {
  const names = Object.keys(left);
  const others = Object.keys(right);
  return (
    names.length === others.length &&
    names.every((name, index) => name === others[index] && Object.is(left[name], right[name]))
  );
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
