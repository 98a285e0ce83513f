import type { ActionDefinition, MessageDraft, ViewDefinition } from "./definitions.ts";
import type * as answers from "./invocation-answers.ts";
import type { CallOptions, Invocation, InvokeManyOptions, InvokeOptions } from "./options.ts";
import { bodyFields } from "./query.ts";
import { RoomReads } from "./room-reads.ts";
import type {
  ActionArguments,
  ActionId,
  AnyVocabulary,
  ParamsOf,
  ResultOf,
  VocabularyShape,
} from "./vocabulary.ts";

/** What a caller can do in a room. */
export class RoomActs<V extends VocabularyShape = AnyVocabulary> extends RoomReads<V> {
  /**
   * Invokes an action. It carries an idempotency key, so that an answer which is lost may be asked for again: what is
   * done is done once. A refusal is thrown as a `SyncError` that tells what would work.
   */
  async invoke<Id extends ActionId<V>>(
    action: Id,
    ...[params, options]: ActionArguments<ParamsOf<V, Id>, InvokeOptions>
  ): Promise<answers.Invoked<ResultOf<V, Id>>> {
    return await this.#invoke(action, params, options);
  }

  /** What an invocation would do, or which clause stands against it and why. It changes nothing. */
  async dryRun<Id extends ActionId<V>>(
    action: Id,
    ...[params, options]: ActionArguments<ParamsOf<V, Id>, CallOptions>
  ): Promise<answers.DryRun> {
    return await this.call({
      method: "POST",
      path: invocationPath(action),
      json: { params, dry_run: true },
      isRepeatable: true,
      ...options,
    });
  }

  /** An action as a function: `const vote = room.action("vote")`, then `await vote({ choice: "tea" })`. */
  action<Id extends ActionId<V>>(
    id: Id,
  ): (...args: ActionArguments<ParamsOf<V, Id>, InvokeOptions>) => Promise<answers.Invoked<ResultOf<V, Id>>>;
  action<Params extends object, Result = unknown>(
    id: string,
  ): (...args: ActionArguments<Params, InvokeOptions>) => Promise<answers.Invoked<Result>>;
  action(id: string): unknown {
    return (params?: object, options?: InvokeOptions) => this.#invoke(id, params, options);
  }

  /**
   * Invokes up to 100 actions in one commit, each with an idempotency key, and answers what each single call would have
   * answered, refusals included. With `atomic` the first refusal is thrown, its `index` in the details, and nothing is done.
   */
  async invokeMany(
    invocations: readonly Invocation[],
    options: InvokeManyOptions = {},
  ): Promise<answers.Batch> {
    const { signal, atomic } = options;
    const keyed = invocations.map((each) => bodyFields({ idempotencyKey: crypto.randomUUID(), ...each }));
    return await this.call({
      method: "POST",
      path: "/invoke",
      json: { invocations: keyed, atomic },
      isRepeatable: true,
      signal,
    });
  }

  async registerAction(
    definition: ActionDefinition,
    options?: InvokeOptions,
  ): Promise<answers.RegisteredAction> {
    return await this.#invoke("_register_action", definition, options);
  }

  /** `ifHash` proves that the definition was read: another agent's takes it. */
  async deleteAction(
    id: string,
    { ifHash, ...options }: InvokeOptions & { readonly ifHash?: string } = {},
  ): Promise<answers.Deleted> {
    return await this.#invoke("_delete_action", { id, if_hash: ifHash }, options);
  }

  async registerView(definition: ViewDefinition, options?: InvokeOptions): Promise<answers.RegisteredView> {
    return await this.#invoke("_register_view", definition, options);
  }

  async deleteView(
    id: string,
    { ifHash, ...options }: InvokeOptions & { readonly ifHash?: string } = {},
  ): Promise<answers.Deleted> {
    return await this.#invoke("_delete_view", { id, if_hash: ifHash }, options);
  }

  /** Sends a message to the room; `to` directs it at agents. */
  async sendMessage(message: MessageDraft, options?: InvokeOptions): Promise<answers.Sent> {
    return await this.#invoke("_send_message", message, options);
  }

  /** A help text, or without a key what there is to read. */
  help(key: string, options?: CallOptions): Promise<answers.HelpText>;
  help(): Promise<answers.HelpTopics>;
  async help(key?: string, options?: CallOptions): Promise<answers.HelpText | answers.HelpTopics> {
    return await this.#invoke("help", { key }, options);
  }

  async #invoke<Answer>(action: string, params: object = {}, options: InvokeOptions = {}): Promise<Answer> {
    const { signal, idempotencyKey = crypto.randomUUID(), ifActionHash } = options;
    return await this.call({
      method: "POST",
      path: invocationPath(action),
      json: { params, idempotency_key: idempotencyKey, if_action_hash: ifActionHash },
      isRepeatable: true,
      signal,
    });
  }
}

function invocationPath(action: string): string {
  return `/actions/${encodeURIComponent(action)}/invoke`;
}
