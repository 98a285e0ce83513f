import { describe, expect, it } from "vitest";
import { LruCache } from "../../src/cel/lru-cache.ts";

describe("LruCache", () => {
  it("[CEL-5] forgets what was read longest ago, once it is too heavy", () => {
    const cache = new LruCache<number>(10);
    cache.set("a", 1, 4);
    cache.set("b", 2, 4);
    cache.get("a");
    cache.set("c", 3, 4);
    expect(["a", "b", "c"].map((key) => cache.get(key))).toEqual([1, undefined, 3]);
    cache.set("c", 4, 10);
    expect(["a", "c"].map((key) => cache.get(key))).toEqual([undefined, 4]);
  });

  it("[CEL-5] keeps nothing that is too heavy alone", () => {
    const cache = new LruCache<number>(10);
    cache.set("a", 1, 11);
    expect(cache.get("a")).toBe(undefined);
  });
});
