import type { ActionDefinition, ViewDefinition } from "../../src/client/main.ts";

/**
 * The words that this room works with. A task lies on one of three piles, each a scope: `_queue` (anyone may take it),
 * `_claims` (somebody is at it) and `_results` (done). Each action moves a task from one pile to another, and its `if`
 * says when it may. A room decides one invocation after another, so of two claims of one task the second is refused.
 */
const key = { type: "string", required: true, description: "The task's key" };
const task = "${params.key}";

export const ACTIONS: readonly ActionDefinition[] = [
  {
    id: "post_task",
    description: "Post a file to be counted",
    params: { file: { type: "string", required: true } },
    if: 'self == "coordinator"',
    writes: [{ scope: "_queue", append: true, value: { file: "${params.file}" } }],
  },
  {
    id: "claim",
    description: "Take a task from the queue",
    params: { key },
    if: "params.key in state._queue",
    writes: [
      {
        scope: "_claims",
        key: task,
        expr: true,
        value: '{"file": state._queue[params.key].file, "by": self}',
      },
      { scope: "_queue", key: task, delete: true },
    ],
  },
  {
    id: "submit",
    description: "Hand in the result of a task that you have claimed",
    params: {
      key,
      lines: { type: "integer", required: true },
      imports: { type: "integer", required: true },
    },
    if: "params.key in state._claims && state._claims[params.key].by == self",
    writes: [
      {
        scope: "_results",
        key: task,
        // A result must not exist yet: whatever else goes wrong, a task is done once.
        if_hash: "",
        value: { lines: "${params.lines}", imports: "${params.imports}", by: "${self}" },
      },
      { scope: "_claims", key: task, delete: true },
    ],
  },
  {
    id: "reclaim",
    description: "Put a task back into the queue whose worker has died",
    params: { key },
    if: 'self == "coordinator" && params.key in state._claims',
    writes: [
      { scope: "_queue", key: task, expr: true, value: '{"file": state._claims[params.key].file}' },
      { scope: "_claims", key: task, delete: true },
    ],
  },
  {
    id: "close",
    description: "Say that no more tasks will come",
    if: 'self == "coordinator"',
    writes: [{ key: "closed", value: true }],
  },
];

/** What everyone can look at and wait for. */
export const VIEWS: readonly ViewDefinition[] = [
  { id: "open", expr: "state._queue.keys()" },
  { id: "done", expr: "size(state._results)" },
];

/** The same words as types: what `sync types` would write, and what is known beyond that of views and scopes. */
export interface Words {
  readonly actions: {
    readonly post_task: { readonly params: { readonly file: string }; readonly result: undefined };
    readonly claim: { readonly params: { readonly key: string }; readonly result: undefined };
    readonly submit: {
      readonly params: { readonly key: string; readonly lines: number; readonly imports: number };
      readonly result: undefined;
    };
    readonly reclaim: { readonly params: { readonly key: string }; readonly result: undefined };
    readonly close: { readonly params: object; readonly result: undefined };
  };
  readonly views: { readonly open: readonly string[]; readonly done: number };
  readonly state: {
    readonly _claims?: Readonly<Record<string, { readonly file: string; readonly by: string }>>;
  };
}
