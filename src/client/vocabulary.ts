import type { Json } from "./json.ts";

/**
 * The words of a room as types: {@link vocabularyTypes} writes one for a room. A room of `V` takes and answers what its
 * actions do; one without takes any.
 */
export interface VocabularyShape {
  /** By id, `{params, result}`. */
  readonly actions: object;
  /** The value, by id. */
  readonly views: object;
  /** What scopes hold, by scope and key, where that is known. */
  readonly state?: object;
}

export interface AnyVocabulary {
  readonly actions: Readonly<Record<string, { readonly params: object; readonly result: unknown }>>;
  readonly views: Readonly<Record<string, unknown>>;
}

/** Actions that every room has. */
export type BuiltIn =
  | "_register_action"
  | "_delete_action"
  | "_register_view"
  | "_delete_view"
  | "_send_message"
  | "help";

export type ActionId<V extends VocabularyShape> = (keyof V["actions"] & string) | BuiltIn;

type Declared<V extends VocabularyShape, Id> = Id extends keyof V["actions"] ? V["actions"][Id] : unknown;

export type ParamsOf<V extends VocabularyShape, Id> =
  Declared<V, Id> extends { readonly params: infer Params extends object } ? Params : object;

export type ResultOf<V extends VocabularyShape, Id> =
  Declared<V, Id> extends { readonly result: infer Result } ? Result : unknown;

/** The values of views: one that is disabled is absent. */
export type ViewValues<V extends VocabularyShape> = { readonly [Id in keyof V["views"]]?: V["views"][Id] };

/** Values by scope and key; the reader's own scope is `self`. */
export type StateOf<V extends VocabularyShape> = V extends { readonly state: infer State extends object }
  ? State
  : Readonly<Record<string, Readonly<Record<string, Json>>>>;

/** What a call of an action takes: its params may be left out where none of them is required. */
export type ActionArguments<Params extends object, Options> =
  Record<never, never> extends Params
    ? [params?: Params, options?: Options]
    : [params: Params, options?: Options];
