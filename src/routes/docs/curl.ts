import type { Json } from "../../kernel/json.ts";
import type { OperationObject, ParameterObject } from "../../protocol/openapi/types.ts";

/** One call as it is shown. */
export interface ShownCall {
  readonly method: string;
  readonly path: string;
  readonly operation: OperationObject;
  readonly parameters: readonly ParameterObject[];
}

/** The call with its examples, as a line for a shell. `TOKEN` holds the token. */
export function curl({ method, path, operation, parameters }: ShownCall, origin: string): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const example = parameters.find((each) => each.in === "path" && each.name === name)?.example;
    return encodeURIComponent(String(example ?? name));
  });
  const query = new URLSearchParams(
    parameters
      .filter((each) => each.in === "query" && each.required)
      .map(({ name, example }) => [name, String(example ?? "")]),
  );
  const url = `${origin}${filled}${query.size > 0 ? `?${query}` : ""}`;
  const isFree = operation.security.some((each) => Object.keys(each).length === 0);
  const body = operation.requestBody && Object.entries(operation.requestBody.content)[0];
  const parts = [
    `curl ${method === "GET" ? "" : `-X ${method} `}${quoted(url)}`,
    ...(isFree ? [] : ['-H "Authorization: Bearer $TOKEN"']),
    ...(operation.operationId === "watch" ? ["-N -H 'Accept: text/event-stream'"] : []),
    ...(body ? bodyOf(body[0], body[1].example) : []),
  ];
  return parts.join(" \\\n  ");
}

function bodyOf(type: string, example: Json | undefined): string[] {
  const header = `-H ${quoted(`Content-Type: ${type}`)}`;
  const data =
    type === "application/json" ? `-d ${quoted(JSON.stringify(example))}` : "--data-binary @export.ndjson";
  return [header, data];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
