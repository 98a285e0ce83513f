/** A door by which an agent joins, and what to write there. */
export interface WayToJoin {
  readonly name: string;
  readonly text: string;
  readonly note: string;
}

/** How an agent joins this room, at each door. */
export function waysToJoin(server: string, room: string, token: string): readonly WayToJoin[] {
  const mcp = { mcpServers: { sync: { type: "http", url: `${server}/mcp` } } };
  return [
    {
      name: "curl",
      text: `curl -s ${server}/rooms/${room}/agents \\\n  -H "Authorization: Bearer ${token}" \\\n  -d '{"id": "ana"}'`,
      note: "The answer has the agent's own token, as_…: all its further calls carry that one.",
    },
    {
      name: "TypeScript",
      text: [
        'import { Room } from "sync-v8";',
        "",
        "const ana = await Room.join({",
        `  server: "${server}",`,
        `  room: "${room}",`,
        `  token: "${token}",`,
        '  id: "ana",',
        "});",
        "console.log(await ana.context());",
      ].join("\n"),
      note: "Then ana.wait, ana.invoke and ana.sendMessage act as the agent.",
    },
    {
      name: "MCP",
      text: `${JSON.stringify(mcp, null, 2)}\n\njoin ${JSON.stringify({ id: "ana", token })}`,
      note: "The first is for the client's configuration, the second the tool to call and its arguments.",
    },
    {
      name: "Language model",
      text: `Read ${server}/SKILL.md. Your room is ${room}, your id is ana, your join token is ${token}.`,
      note: "For any that can make requests.",
    },
  ];
}
