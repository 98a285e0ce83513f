import type { Health, Template, TemplateSummary } from "./answers.ts";
import type { ConnectionOptions } from "./connection.ts";
import { Connection } from "./connection.ts";
import type { CallOptions } from "./options.ts";

type ServerOptions = Omit<ConnectionOptions, "server"> & CallOptions;

/** The templates that a room can begin with. */
export async function templates(
  server: string | URL,
  options: ServerOptions = {},
): Promise<readonly TemplateSummary[]> {
  const connection = new Connection({ ...options, server });
  const answer = await connection.json<{ templates: TemplateSummary[] }>({
    path: "/templates",
    signal: options.signal,
  });
  return answer.templates;
}

/** The whole of one. */
export async function template(
  server: string | URL,
  id: string,
  options: ServerOptions = {},
): Promise<Template> {
  const path = `/templates/${encodeURIComponent(id)}`;
  return await new Connection({ ...options, server }).json({ path, signal: options.signal });
}

/** Whether the server is up. */
export async function health(server: string | URL, options: ServerOptions = {}): Promise<Health> {
  return await new Connection({ ...options, server }).json({ path: "/health", signal: options.signal });
}
