import { expect, inject, it } from "vitest";
import { ACTIONS, VIEWS } from "../../examples/queue-demo/vocabulary.ts";
import "../support/provided.ts";

const TASKS = Array.from({ length: 9 }, (_, n) => `file-${n}.ts`);
const WORKERS = ["worker-1", "worker-2", "worker-3"];

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
}

interface Document {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly parameters?: Readonly<Record<string, Parameter>> };
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads answers of every shape
type Answer = { readonly status: number; readonly body: any };
type Arguments = Readonly<Record<string, unknown>>;

/** A client that knows nothing but the document: operations by their ids, arguments by the names of their parameters. */
class Described {
  readonly #document: Document;
  readonly #operations = new Map<string, { method: string; path: string; operation: Operation }>();

  constructor(document: Document) {
    this.#document = document;
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        this.#operations.set(operation.operationId, { method, path, operation });
      }
    }
  }

  async call(id: string, token: string | null, given: Arguments = {}, body?: unknown): Promise<Answer> {
    const { method = "", path = "", operation } = this.#operations.get(id) ?? {};
    if (!operation) throw new Error(`the document has no ${id}`);
    const url = new URL(
      path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(given[name]))),
      this.#server,
    );
    for (const parameter of operation.parameters ?? []) {
      const { name, in: place } = this.#resolved(parameter);
      if (place === "query" && given[name] !== undefined) url.searchParams.set(name, String(given[name]));
    }
    const headers: Record<string, string> = token === null ? {} : { Authorization: `Bearer ${token}` };
    const init = { method: method.toUpperCase(), headers };
    const response = await fetch(url, body === undefined ? init : { ...init, body: JSON.stringify(body) });
    return { status: response.status, body: await response.json() };
  }

  get #server(): string {
    return this.#document.servers[0]?.url ?? "";
  }

  #resolved(parameter: Parameter | { readonly $ref: string }): Parameter {
    if (!("$ref" in parameter)) return parameter;
    const found = this.#document.components.parameters?.[parameter.$ref.split("/").at(-1) ?? ""];
    if (!found) throw new Error(`the document does not say what ${parameter.$ref} is`);
    return found;
  }
}

/** One who takes part, by the described calls alone. */
class Participant {
  readonly #api: Described;
  readonly #room: string;
  readonly #token: string;

  constructor(api: Described, room: string, token: string) {
    this.#api = api;
    this.#room = room;
    this.#token = token;
  }

  call(id: string, given: Arguments = {}, body?: unknown): Promise<Answer> {
    return this.#api.call(id, this.#token, { room: this.#room, ...given }, body);
  }

  async join(id: string): Promise<Participant> {
    const { body } = await this.call("join", {}, { id });
    return new Participant(this.#api, this.#room, body.token);
  }

  invoke(action: string, params: Arguments = {}): Promise<Answer> {
    return this.call("invoke", { action }, { params, idempotency_key: crypto.randomUUID() });
  }

  async until(condition: string): Promise<Answer["body"]> {
    for (;;) {
      const { body } = await this.call("wait", { condition, include: "views", timeout: 10_000 });
      if (body.triggered) return body;
    }
  }
}

async function coordinate(coordinator: Participant): Promise<void> {
  for (const view of VIEWS) await coordinator.invoke("_register_view", { ...view });
  for (const action of ACTIONS) await coordinator.invoke("_register_action", { ...action });
  const invocations = TASKS.map((file) => ({ action: "post_task", params: { file } }));
  const posted = await coordinator.call("invokeMany", {}, { invocations, atomic: true });
  expect(posted.status).toBe(200);
  await coordinator.until(`views.done == ${TASKS.length}`);
  await coordinator.invoke("close");
}

async function work(worker: Participant): Promise<void> {
  await worker.until("actions.submit != null");
  for (;;) {
    const { views } = await worker.until("size(views.open) > 0 || state._shared.closed == true");
    const [key] = views.open;
    if (key === undefined) return;
    const claim = await worker.invoke("claim", { key });
    if (claim.status === 200) await worker.invoke("submit", { key, lines: 1, imports: 0 });
  }
}

it("[API-1] whoever knows nothing but the document drains a queue, each task done exactly once", async () => {
  const api = new Described((await (await fetch(`${inject("server")}/openapi.json`)).json()) as Document);
  const { body: room } = await api.call("createRoom", null, {}, {});
  const invited = new Participant(api, room.id, room.join_token);
  const coordinator = await invited.join("coordinator");
  const workers = await Promise.all(WORKERS.map((id) => invited.join(id)));
  await Promise.all([coordinate(coordinator), ...workers.map(work)]);

  const spectator = new Participant(api, room.id, room.view_token);
  const { body } = await spectator.call("log", { kind: "invoke", limit: 500 });
  const submitted = body.events.filter(
    ({ payload }: Answer["body"]) => payload.ok && payload.action === "submit",
  );
  const keys = submitted.map(({ payload }: Answer["body"]) => payload.params.key);
  expect([...keys].sort()).toEqual(TASKS.map((_, index) => String(index + 1)));
});
