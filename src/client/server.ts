import type { Health, Template } from "./answers.ts";
import type { ConnectionOptions } from "./connection.ts";
import { Connection } from "./connection.ts";
import type { CallOptions } from "./options.ts";

type ServerOptions = Omit<ConnectionOptions, "server"> & CallOptions;

/** The templates that a room can begin with. */
export async function templates(
  server: string | URL,
  options: ServerOptions = {},
): Promise<readonly Template[]> {
  const connection = new Connection({ ...options, server });
  const answer = await connection.json<{ templates: Template[] }>({
    path: "/templates",
    signal: options.signal,
  });
  return answer.templates;
}

/** Whether the server is up. */
export async function health(server: string | URL, options: ServerOptions = {}): Promise<Health> {
  return await new Connection({ ...options, server }).json({ path: "/health", signal: options.signal });
}
