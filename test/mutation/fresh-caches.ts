import { beforeEach } from "mocha";
import { LruCache } from "../../src/cel/lru-cache.ts";

/**
 * What is kept from test to test hides what a mutant would do to it: each test begins as if all caches were empty. A cache
 * forgets what it was given before the test began, and so does not know it either when it is asked.
 */
let test = 0;
const since = new WeakMap<object, Map<string, number>>();

function keysOf(cache: object): Map<string, number> {
  const known = since.get(cache) ?? new Map<string, number>();
  since.set(cache, known);
  return known;
}

const { get, set } = LruCache.prototype;
Object.assign(LruCache.prototype, {
  get(this: LruCache<unknown>, key: string) {
    return keysOf(this).get(key) === test ? get.call(this, key) : undefined;
  },
  set(this: LruCache<unknown>, key: string, value: unknown, weight: number) {
    keysOf(this).set(key, test);
    set.call(this, key, value, weight);
  },
});

beforeEach(() => {
  test += 1;
});
