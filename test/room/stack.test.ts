import { expect, it } from "vitest";
import { createRoom } from "../support/room.ts";

/** Wraps an expression as deep as the language allows, by each of its constructs that nest. */
const WRAPPERS: Readonly<Record<string, (inner: string, depth: number) => string>> = {
  parentheses: (inner, depth) => "(".repeat(depth) + inner + ")".repeat(depth),
  lists: (inner, depth) => "[".repeat(depth) + inner + "]".repeat(depth),
  ternaries: (inner, depth) => "true ? (".repeat(depth) + inner + ") : 0".repeat(depth),
  binds: (inner, depth) => "cel.bind(x, 1, ".repeat(depth) + inner + ")".repeat(depth),
};

/** The deepest text of a construct around `inner` that still registers. */
async function deepest(
  evaluates: (expr: string) => Promise<boolean>,
  wrap: (depth: number) => string,
): Promise<string> {
  let depth = 1;
  while (depth < 30 && (await evaluates(wrap(depth + 1)))) depth += 1;
  return wrap(depth);
}

for (const [construct, wrap] of Object.entries(WRAPPERS)) {
  it(`[CEL-5] a chain of views that nest ${construct} as deep as they may does not exhaust the stack`, async () => {
    const room = await createRoom();
    const ana = await room.join("ana");
    const registers = async (expr: string) =>
      (await ana.invoke("_register_view", { id: "probe", expr })).status === 201;
    const length = 48;
    const text = await deepest(registers, (depth) => wrap("views.NEXT", depth));
    for (let index = 0; index < length; index++) {
      const expr = index === length - 1 ? "7" : text.replace("NEXT", `v${index + 1}`);
      await ana.do("_register_view", { id: `v${index}`, expr });
    }
    const { status, body } = await ana.call("/context?only=views");
    expect(status).toBe(200);
    expect(Object.keys(body.views)).toContain("v0");
  });
}
