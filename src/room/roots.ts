import { ComputedMap } from "../cel/computed-map.ts";
import type { RootName, Roots } from "../cel/program.ts";
import type { AskRoom } from "../cel/run.ts";
import type { SubstrateMap } from "../cel/substrate-map.ts";
import type { CelValue } from "../cel/values.ts";
import { Timestamp, toCel } from "../cel/values.ts";
import type { JsonObject } from "../kernel/json.ts";
import type { Sight } from "../kernel/sight.ts";
import { ActionsMap } from "./actions.ts";
import { AgentsMap } from "./agents.ts";
import type { Derivations } from "./derivations.ts";
import { LOG_POINT, presencePoint, scopePoint } from "./derivations.ts";
import { metaRoot } from "./meta-root.ts";
import type { ReadModel } from "./read-model.ts";
import { SalienceFunctions } from "./salience/functions.ts";
import { EMPTY_MAP, StateMap } from "./substrate.ts";
import { ViewsMap } from "./views.ts";

/** On whose behalf an expression runs, beyond what it may see. */
export type Occasion =
  /** A view's, the same for every reader: nobody's unread messages [VIEW-1]. */
  | { readonly kind: "view" }
  /** A caller's own: a condition, an `eval`, an action's clause. Without `now` it is the present. */
  | { readonly kind: "caller"; readonly params?: JsonObject; readonly now?: string };

/** The names that an expression begins from, as one reader sees them. */
export class RoomRoots implements Roots {
  readonly #model: ReadModel;
  readonly #sight: Sight;
  readonly #occasion: Occasion;

  constructor(model: ReadModel, sight: Sight, occasion: Occasion) {
    this.#model = model;
    this.#sight = sight;
    this.#occasion = occasion;
  }

  get derivations(): Derivations {
    return this.#model.derivations;
  }

  root(name: RootName): CelValue {
    switch (name) {
      case "state":
        return new StateMap(this.#model, this.#sight);
      case "views":
        return new ViewsMap(this.#model.views, this.#occasion.kind === "caller");
      case "agents":
        return new AgentsMap(this.#model.agents);
      case "actions":
        return new ActionsMap(this.#model.actions, this.#sight);
      case "messages":
        return this.#messages();
      case "self":
        return this.#sight.agent ?? "";
      case "params":
        return this.#occasion.kind === "caller" ? toCel(this.#occasion.params ?? {}) : EMPTY_MAP;
      case "now":
        return this.#now();
      case "room":
        return this.#room();
      case "meta":
        return metaRoot(this.#model, { sight: this.#sight, scores: this.#occasion.kind === "caller" });
    }
  }

  readonly ask: AskRoom = (name, values, run) => {
    if (this.#occasion.kind === "view") return run.fail(`${name}() is each reader's own: a view has none`);
    return new SalienceFunctions(this.#model, this.#sight, run).call(name, values);
  };

  #now(): CelValue {
    this.#model.derivations.readVolatile("now");
    const now = this.#occasion.kind === "caller" ? this.#occasion.now : undefined;
    return Timestamp.fromMilliseconds(now === undefined ? this.#model.now() : Date.parse(now));
  }

  #messages(): CelValue {
    const { derivations, inbox } = this.#model;
    const reader = this.#occasion.kind === "view" ? null : this.#sight.own;
    const unread = () => {
      derivations.read(scopePoint("_messages"));
      if (reader === null) return { unread: 0, directed: 0 };
      derivations.read(presencePoint(reader));
      return inbox.unread(reader);
    };
    return new ComputedMap({
      count: () => {
        derivations.read(scopePoint("_messages"));
        return inbox.count;
      },
      unread: () => unread().unread,
      directed_unread: () => unread().directed,
    });
  }

  #room(): SubstrateMap {
    return new ComputedMap({
      id: () => this.#model.roomId(),
      seq: () => {
        this.#model.derivations.read(LOG_POINT);
        return this.#model.journal.head.seq;
      },
    });
  }
}
