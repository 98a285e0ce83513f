import type { JsonObject } from "./json.ts";
import { comment, paramsType, propertyName } from "./schema-type.ts";

/** As much of a context as the types are made of: its actions, with `depth: "full"` to tell which answer a result. */
export interface Words {
  readonly actions: Readonly<Record<string, WordShown | undefined>>;
  readonly views: Readonly<Record<string, unknown>>;
}

interface WordShown {
  readonly description: string | null;
  readonly params?: JsonObject;
  readonly builtin?: true;
  readonly writes?: readonly unknown[];
  readonly result?: string;
}

/**
 * A room's vocabulary as the text of a `.d.ts` file, for `Room<Vocabulary>`. What a room's own words are not typed by
 * (results, values of views) is `Json`.
 */
export function vocabularyTypes({ actions, views }: Words): string {
  const lines = Object.entries(actions).flatMap(([id, action]) =>
    action === undefined || action.builtin ? [] : actionLines(id, action),
  );
  // Views of the room's own making begin with an underscore.
  const values = Object.keys(views).filter((id) => !id.startsWith("_"));
  return [
    "/** The words of a room. Made from its vocabulary: make it anew when that changes. */",
    "export interface Vocabulary {",
    "  readonly actions: {",
    ...lines,
    "  };",
    "  readonly views: {",
    ...values.map((id) => `    readonly ${propertyName(id)}: Json;`),
    "  };",
    "}",
    "",
    "export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };",
    "",
  ].join("\n");
}

function actionLines(id: string, { description, params, writes, result }: WordShown): string[] {
  const answersNothing = writes !== undefined && result === undefined;
  return [
    ...comment(description, "    "),
    `    readonly ${propertyName(id)}: {`,
    `      readonly params: ${paramsType(params, "      ")};`,
    `      readonly result: ${answersNothing ? "undefined" : "Json"};`,
    "    };",
  ];
}
