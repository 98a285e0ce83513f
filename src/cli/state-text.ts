import type { Output } from "./output.ts";
import type { Cell } from "./table.ts";
import { table } from "./table.ts";
import { cut, plain, valueText } from "./text.ts";
import { statusText } from "./watch/event-text.ts";

const MOST_DESCRIPTION = 70;
const MOST_MESSAGE = 160;

/** What of a context is shown: a wait and a poll bring some of it. */
export interface Shown {
  readonly state?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly views?: Readonly<Record<string, unknown>>;
  readonly agents?: Readonly<Record<string, { status: string; waiting_on: string | null; role?: string }>>;
  readonly actions?: Readonly<Record<string, ActionLine | undefined>>;
  readonly messages?: { readonly unread?: number; readonly recent: readonly MessageLine[] };
}

interface ActionLine {
  readonly available?: boolean;
  readonly description?: string | null;
  readonly params?: object;
  readonly builtin?: true;
}

interface MessageLine {
  readonly seq: number;
  readonly from: string | null;
  readonly body: unknown;
  readonly to?: string | readonly string[];
}

/** A room as people read it: a part a heading, and only parts that hold something. */
export function shownText(shown: Shown, output: Output): string {
  const parts: readonly (readonly [string, (readonly (Cell | string)[])[]])[] = [
    ["state", stateRows(shown, output)],
    [
      "views",
      Object.entries(shown.views ?? {}).map(([id, value]) => [
        output.cell("magenta", plain(id)),
        valueText(value, 100),
      ]),
    ],
    [
      "agents",
      Object.entries(shown.agents ?? {}).map(([id, agent]) => [
        output.cell("cyan", plain(id)),
        plain(agent.role ?? ""),
        statusText(agent),
      ]),
    ],
    ["actions", actionRows(shown, output)],
    ["messages", (shown.messages?.recent ?? []).map((message) => messageRow(message, output))],
  ];
  const told = parts.filter(([, rows]) => rows.length > 0);
  return told.map(([title, rows]) => `${output.paint("bold", title)}\n${table(rows, "  ")}`).join("\n");
}

function stateRows({ state = {} }: Shown, output: Output): (Cell | string)[][] {
  return Object.entries(state).flatMap(([scope, entries]) =>
    Object.entries(entries).map(([key, value]) => [
      output.cell("dim", plain(scope)),
      output.cell("cyan", plain(key)),
      valueText(value, 100),
    ]),
  );
}

/** The room's own words; those that every room has are in `sync guide`. */
function actionRows({ actions = {} }: Shown, output: Output): (Cell | string)[][] {
  return Object.entries(actions).flatMap(([id, action]) => {
    if (!action || action.builtin) return [];
    const mark = action.available ? output.cell("green", "yes") : output.cell("yellow", "not now");
    const params = output.cell("dim", plain(paramNames(action.params).join(" ")));
    return [
      [output.cell("cyan", plain(id)), mark, params, cut(plain(action.description ?? ""), MOST_DESCRIPTION)],
    ];
  });
}

/** `by file?`: a question mark stands behind what may be left out. */
function paramNames(params: object | undefined): string[] {
  const schema = (params ?? {}) as { type?: unknown; properties?: object; required?: readonly string[] };
  const isWhole = schema.type === "object";
  const fields = Object.entries((isWhole ? schema.properties : params) ?? {}) as [
    string,
    { required?: unknown },
  ][];
  return fields.map(([name, field]) => {
    const isRequired = isWhole ? schema.required?.includes(name) : field?.required === true;
    return isRequired ? name : `${name}?`;
  });
}

function messageRow({ seq, from, to, body }: MessageLine, output: Output): (Cell | string)[] {
  const towards = to === undefined ? "" : ` → ${[to].flat().join(", ")}`;
  const text = typeof body === "string" ? cut(plain(body), MOST_MESSAGE) : valueText(body, MOST_MESSAGE);
  return [output.cell("dim", String(seq)), output.cell("cyan", plain(`${from ?? "(room)"}${towards}`)), text];
}
