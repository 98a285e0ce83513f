import type { JsonObject } from "../../kernel/json.ts";
import { agentOf } from "../../kernel/model.ts";
import { rounded } from "../../kernel/salience.ts";
import type { Answer, AnswerObject } from "../../protocol/serialise.ts";
import { StoredEntry } from "../../storage/state-store.ts";
import type { Usage } from "../../storage/usage-store.ts";
import type { ReadModel } from "../read-model.ts";
import { Attention } from "../salience/attention.ts";
import type { Session } from "../session.ts";
import type { Selection } from "./context.ts";
import type { Part } from "./parts.ts";
import { isBuiltin, partTitle } from "./parts.ts";

/** What is told of an entry beside its value [CTX-5]; a score only to a certain reader. */
export function entryMeta(
  { scope, key }: { scope: string; key: string },
  entry: StoredEntry,
  attention: Attention,
): AnswerObject {
  const { revision, hash, updated_at, provenance } = entry;
  const { writer, via, seq, writers } = provenance;
  const velocity = rounded(attention.velocity(entry));
  const score = rounded(attention.score(scope, key, entry));
  return { revision, hash, updated_at, writer, via, seq, writers, velocity, score };
}

/** What is told of an action beside its definition: how it was used, and which of its targets others write, too. */
export function actionMeta(used: Usage | undefined, contested: readonly string[] = []): AnswerObject {
  return {
    invocations: used?.invocations ?? 0,
    last_invoked_at: used?.last_invoked_at ?? null,
    last_invoked_by: used?.last_invoked_by ?? null,
    contested,
  };
}

/** The targets that other actions write, too, of each action that has any [ACT-11]. */
export function contestedTargets(model: ReadModel): ReadonlyMap<string, readonly string[]> {
  const contested = (model.views.value("_contested")?.value ?? {}) as JsonObject;
  const targets = new Map<string, string[]>();
  for (const [target, ids] of Object.entries(contested)) {
    for (const id of ids as string[]) targets.set(id, [...(targets.get(id) ?? []), target]);
  }
  return targets;
}

/** The section `meta`: what is told of the entries and actions that an answer shows. */
export class MetaSection {
  readonly #model: ReadModel;
  readonly #attention: Attention;
  readonly #usage: ReadonlyMap<string, Usage>;
  readonly #contested: ReadonlyMap<string, readonly string[]>;

  constructor(model: ReadModel, session: Session) {
    this.#model = model;
    this.#attention = new Attention(model, agentOf(session.identity));
    this.#usage = model.usage.all();
    this.#contested = contestedTargets(model);
  }

  /** What is told of one member; of built-in actions, views and agents there is nothing. */
  of(part: Part, key: string): Answer | undefined {
    if (part.section === "actions" && !isBuiltin(key)) {
      return actionMeta(this.#usage.get(key), this.#contested.get(key));
    }
    if (part.scope === undefined || part.scope === "_audit") return undefined;
    const entry = this.#model.live.entry(part.scope, key);
    if (!(entry instanceof StoredEntry)) return undefined;
    return entryMeta({ scope: part.scope, key }, entry, this.#attention);
  }

  answer({ parts }: Selection): Answer {
    const state = new Map<string, Answer>();
    let actions: Answer = {};
    for (const { part, keys } of parts) {
      const members = new Map<string, Answer>();
      for (const key of keys ?? part.keys()) {
        const about = this.of(part, key);
        if (about !== undefined) members.set(key, about);
      }
      if (part.section === "actions") actions = members;
      else if (part.scope !== undefined && members.size > 0) state.set(partTitle(part), members);
    }
    return { state, actions };
  }
}
