import fc from "fast-check";
import { expect, it } from "vitest";
import type { DescribedCall } from "../support/openapi-document.ts";
import { ServedDocument } from "../support/openapi-document.ts";
import { requestsOf } from "../support/openapi-requests.ts";
import type { Sent } from "../support/openapi-world.ts";
import { OpenApiWorld } from "../support/openapi-world.ts";
import { proofOf, SHRINK_LIMIT, TIME_LIMIT } from "../support/proof.ts";
import type { Body } from "../support/room.ts";
import { request } from "../support/room.ts";

const { runs, seed } = proofOf({ runs: 1_000, seed: 7 });

/** After so many requests what they have made of a room is left behind. */
const REQUESTS_PER_WORLD = 200;

/** What no answer says: where in the program it came from. */
const INTERNAL =
  /SQLITE|sqlite|\.ts:\d|node_modules|TypeError|RangeError|undefined is not|\[object Object\]|durable/;

/** How often each call was made, and answered by what. */
class Tally {
  readonly #statuses = new Map<string, Map<number, number>>();

  add(id: string, status: number): void {
    const statuses = this.#statuses.get(id) ?? new Map<number, number>();
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    this.#statuses.set(id, statuses);
  }

  accepted(id: string): number {
    return [...(this.#statuses.get(id) ?? [])].reduce(
      (sum, [status, times]) => sum + (status < 300 ? times : 0),
      0,
    );
  }

  toString(): string {
    return [...this.#statuses]
      .map(
        ([id, statuses]) =>
          `${id}: ${[...statuses]
            .sort()
            .map(([status, times]) => `${status}×${times}`)
            .join(" ")}`,
      )
      .sort()
      .join("\n");
  }
}

function expectDeclared(
  document: ServedDocument,
  call: DescribedCall,
  { request: asked, response, text }: Sent,
): void {
  const { components } = document.json;
  const isCall = asked.method === call.method && !/%ff/.test(asked.url);
  // A declared method is never answered what others are.
  const { 405: other, ...own } = call.operation.responses;
  const responses = isCall ? own : { ...own, 404: components.responses.NoSuchPath!, 405: other! };
  const breach = document.breach(responses, response, text);
  // An assertion would tell too little of it.
  if (breach !== null) throw new Error(`${call.id}: ${breach}`);
  expect(text).not.toMatch(INTERNAL);
}

/** Whether the document lets a request's body and query pass. */
function isSound(document: ServedDocument, call: DescribedCall, { request: asked, body }: Sent): boolean {
  const query = new URL(asked.url).searchParams;
  const isWrong = call.parameters.some((parameter) => {
    const given = query.get(parameter.name);
    // Whatever is not "true" is false, and says nothing.
    if (parameter.in !== "query" || parameter.name === "compact") return false;
    if (given === null) return parameter.required === true;
    return document.misfit(parameter.schema, readAs(parameter.schema, given)) !== null;
  });
  const json = call.content.find(([type]) => type === "application/json")?.[1];
  if (isWrong || json === undefined || call.id === "import") return !isWrong;
  const value = parsed(body === undefined || body.trim() === "" ? "{}" : body);
  return value !== undefined && document.misfit(json, value) === null;
}

function readAs({ type }: Body, text: string): Body {
  if (type === "integer") return /^\d{1,15}$/.test(text) ? Number(text) : text;
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  return type === "array" ? text.split(",").filter((item) => item !== "") : text;
}

function parsed(text: string): Body {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

it(
  "[API-2] every answer is one that the document declares, whatever is asked",
  async () => {
    const document = new ServedDocument((await request("/openapi.json")).body);
    const tally = new Tally();
    let [made, sound, accepted] = [0, 0, 0];
    let world = await OpenApiWorld.create();
    await fc.assert(
      fc.asyncProperty(requestsOf(document), async (drawn) => {
        if (made++ % REQUESTS_PER_WORLD === 0) world = await OpenApiWorld.create();
        const call = document.call(drawn.call);
        const sent = await world.send(drawn, call);
        const { status } = sent.response;
        tally.add(call.id, status);
        expectDeclared(document, call, sent);
        const isAccepted = status < 300;
        if (!isSound(document, call, sent)) expect(isAccepted, sent.body ?? sent.request.url).toBe(false);
        if (drawn.spoiling.how === "nothing") {
          sound += 1;
          accepted += isAccepted ? 1 : 0;
        }
      }),
      {
        numRuns: runs,
        seed,
        interruptAfterTimeLimit: TIME_LIMIT + SHRINK_LIMIT,
        markInterruptAsFailure: true,
      },
    );
    console.log(`${made} requests; of ${sound} that were not spoiled ${accepted} were accepted\n${tally}`);
    const never = document.calls.filter(({ id }) => tally.accepted(id) === 0).map(({ id }) => id);
    expect(never).toEqual([]);
    expect(accepted).toBeGreaterThan(sound / 2);
  },
  2 * TIME_LIMIT,
);
