import type { Room } from "../../src/client/main.ts";

/** What would run, load or restyle if it were anything but text. Each way that it could would call `pwned`. */
export const PAYLOAD = [
  "<script>pwned()</script>",
  '<img src="https://evil.test/x.png" onerror="pwned()">',
  '<svg onload="pwned()"><use href="https://evil.test/x.svg#a"/></svg>',
  "<style>@import 'https://evil.test/x.css'; body { display: none }</style>",
  '<a href="javascript:pwned()" style="position:fixed">x</a>',
  '<iframe src="https://evil.test/"></iframe>',
  '<math><mtext><style><img src=x onerror="pwned()"></style></mtext></math>',
  '<form action="https://evil.test/"><input name="attributes"><button>go</button></form>',
].join(" ");

const MARKDOWN = [
  PAYLOAD,
  "[click](javascript:pwned()) [data](data:text/html,<script>pwned()</script>) [ok](https://example.org/)",
  "![image](https://evil.test/y.png) [//evil](//evil.test/z) <https://example.org/auto>",
  "[entity](&#106;avascript:pwned()) [tab](java\tscript:pwned())",
].join("\n\n");

/** Puts it wherever an agent can write a text. */
export async function plantPayloads(room: Room): Promise<Room> {
  const agent = await room.join({ id: "mallory", name: PAYLOAD.slice(0, 256), role: PAYLOAD.slice(0, 200) });
  const value = { [PAYLOAD.slice(0, 200)]: PAYLOAD };
  await agent.registerAction({
    id: "<b>bold</b>",
    description: PAYLOAD,
    intent: PAYLOAD,
    params: {
      [PAYLOAD.slice(0, 100)]: { type: "string", title: PAYLOAD, description: PAYLOAD, default: PAYLOAD },
      choice: { enum: [PAYLOAD, "plain"] },
    },
    writes: [{ key: PAYLOAD.slice(0, 200), value }],
    result: JSON.stringify(PAYLOAD),
  });
  await agent.invoke("<b>bold</b>");
  await agent.registerAction({
    id: "no",
    if: `state._shared[${JSON.stringify(PAYLOAD.slice(0, 60))}] == 1`,
    writes: [],
  });
  await agent.invoke("no").catch(() => undefined);
  await agent.sendMessage({ body: PAYLOAD, kind: "<i>kind</i>" });
  await agent.sendMessage({ body: value, reply_to: 1 });
  const text = JSON.stringify(MARKDOWN);
  const views: readonly [type: string, expr: string][] = [
    ["metric", text],
    ["markdown", text],
    ["feed", `[${text}, {'text': ${text}, 'from': ${text}, 'ts': ${text}}]`],
    ["view-table", `[{${text}: ${text}}]`],
    ["view-grid", `[[${text}]]`],
    ["action-bar", "['<b>bold</b>']"],
    ["action-form", text],
    ["action-choice", `[${text}]`],
    ["watch", `{${text}: ${text}}`],
    ["section", text],
  ];
  for (const [type, expr] of views) {
    await agent.registerView({
      id: `${type}<u>`,
      expr,
      description: PAYLOAD,
      render: { type, label: PAYLOAD, unit: PAYLOAD, action: "<b>bold</b>", columns: [MARKDOWN.slice(0, 9)] },
    });
  }
  return agent;
}
