import type { ErrorCode } from "../../kernel/errors.ts";
import { ERROR_STATUS } from "../../kernel/errors.ts";
import type { JsonObject } from "../../kernel/json.ts";
import type { Operation, OperationId } from "../operations.ts";
import { OPERATIONS } from "../operations.ts";
import { VERSION } from "../responses.ts";
import { ACTING } from "./acting.ts";
import { AGENTS } from "./agents.ts";
import type { Answered, Bearer, Declaration, Parameter, Parameters } from "./declaration.ts";
import { TAGS } from "./declaration.ts";
import { HISTORY } from "./history.ts";
import { MOVING } from "./moving.ts";
import * as parameters from "./parameters.ts";
import { READING } from "./reading.ts";
import { refusalExamples } from "./refusal-examples.ts";
import { ROOMS } from "./rooms.ts";
import { componentSchemas, reference } from "./schemas.ts";
import { SERVER } from "./server.ts";
import { TOKENS } from "./tokens.ts";
import type {
  ContentObject,
  HeaderObject,
  OpenApiDocument,
  OperationObject,
  ParameterObject,
  Reference,
  ResponseObject,
  SecurityScheme,
} from "./types.ts";
import { WAITING } from "./waiting.ts";

export const DECLARATIONS: Readonly<Record<OperationId, Declaration>> = {
  ...ROOMS,
  ...AGENTS,
  ...ACTING,
  ...READING,
  ...WAITING,
  ...HISTORY,
  ...MOVING,
  ...TOKENS,
  ...SERVER,
};

const DESCRIPTION = `A room is state and a log of all that changed it. Agents read what they may see, and invoke actions that they or
others have declared; every change is one event. Bodies are JSON whatever their type says, and an empty body is \`{}\`.
Fields that are not named here are ignored in requests, and may come to answers. "Any JSON" is nested at most 32 levels
deep, and no number in it is beyond ±(2^53 − 1): a room keeps every value exactly, or refuses it.

A refusal is an Error: act on its \`error\`, follow its \`hint\`. A method that a path has not got is 405
\`method_not_allowed\` with \`Allow\`, a path that is none 404 \`not_found\`. A token stands in \`Authorization: Bearer\`.`;

const BEARERS: Readonly<Record<Exclude<Bearer, "nobody">, readonly [scheme: string, description: string]>> = {
  room: ["roomToken", "`room_…`: the owner's. Everything; with `agent` it acts as one that has joined."],
  agent: ["agentToken", "`as_…`: one agent's. Shared scopes, its own and those granted to it."],
  view: ["viewToken", "`view_…`: a spectator's. Reads everything, writes nothing."],
  join: ["joinToken", "`join_…`: joins as a new agent, and does nothing else."],
  create: ["createToken", "`create_…`: creates rooms, where that is not open to everyone."],
};

/** The document that describes every call, for a server at `origin`. */
export function openApiDocument(origin: string): OpenApiDocument {
  const ids = Object.keys(OPERATIONS) as OperationId[];
  const paths: Record<string, Record<string, OperationObject>> = {};
  for (const id of ids) {
    const { method, path } = OPERATIONS[id];
    const place = path.replaceAll(/:(\w+)/g, "{$1}");
    paths[place] = { ...paths[place], [method.toLowerCase()]: operationObject(id) };
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "sync",
      version: VERSION,
      summary: "Rooms in which agents coordinate: shared state, a vocabulary of actions, and a log.",
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: origin }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: components(),
  };
}

function components(): OpenApiDocument["components"] {
  const schemes = Object.values(BEARERS).map(([name, description]): [string, SecurityScheme] => {
    return [name, { type: "http", scheme: "bearer", description }];
  });
  const headers = Object.entries(parameters.ANSWER_HEADERS).map(
    ([name, { description, schema, required }]) => {
      const header: HeaderObject = { description, schema, ...(required ? { required } : {}) };
      return [name, header] as const;
    },
  );
  const refusals = Object.values(DECLARATIONS).flatMap(refusalsOf);
  return {
    schemas: componentSchemas(),
    responses: {
      ...Object.fromEntries(refusals.map(({ status, codes, name }) => [name, refused(status, codes)])),
      MethodNotAllowed: refused(405, ["method_not_allowed"]),
      NoSuchPath: refused(404, ["not_found"]),
    },
    examples: refusalExamples(),
    parameters: Object.fromEntries(
      Object.entries(parameters.PATH).map(([name, path]) => [name, parameterObject("path", name, path)]),
    ),
    headers: Object.fromEntries(headers),
    securitySchemes: Object.fromEntries(schemes),
  };
}

function operationObject(id: OperationId): OperationObject {
  const { path, summary }: Operation = OPERATIONS[id];
  const { tag, description, bearers, body, answers, ...declared } = DECLARATIONS[id];
  const named = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? "");
  const query = { ...declared.query, ...commonQuery(id) };
  const headers = Object.fromEntries(
    (declared.headers ?? []).map((name) => [name, parameters.REQUEST_HEADERS[name]]),
  );
  const responses = [
    ...Object.entries(answers).map(([status, answer]) => [status, responseObject(answer)] as const),
    ...refusalsOf(DECLARATIONS[id]).map(({ status, name }) => {
      return [String(status), { $ref: `#/components/responses/${name}` }] as const;
    }),
    ["405", { $ref: "#/components/responses/MethodNotAllowed" }] as const,
  ];
  return {
    operationId: id,
    tags: [tag],
    summary,
    description,
    security: bearers.map((bearer) => (bearer === "nobody" ? {} : { [BEARERS[bearer][0]]: [] })),
    parameters: [
      ...named.map((name) => ({ $ref: `#/components/parameters/${name}` })),
      ...parametersIn("query", query),
      ...parametersIn("header", headers),
    ],
    ...(body
      ? { requestBody: { required: body.required ?? false, content: contentObject(body.content) } }
      : {}),
    responses: Object.fromEntries(responses),
  };
}

/** What calls take besides what they declare: whom a room token acts as, and how the answer is written. */
function commonQuery(id: OperationId): Parameters {
  const { path }: Operation = OPERATIONS[id];
  if (!path.startsWith("/rooms")) return {};
  const { agent, compact } = parameters;
  const isShaped = id !== "export" && id !== "watch";
  return { ...(path.includes(":room") && id !== "log" ? { agent } : {}), ...(isShaped ? { compact } : {}) };
}

function parametersIn(place: "query" | "header", declared: Parameters): ParameterObject[] {
  return Object.entries(declared).map(([name, parameter]) => parameterObject(place, name, parameter));
}

/** Lists stand in a query with commas between their items. */
function parameterObject(place: ParameterObject["in"], name: string, parameter: Parameter): ParameterObject {
  const { description, schema, required, example } = parameter;
  return {
    name,
    in: place,
    description,
    ...(required || place === "path" ? { required: true } : {}),
    ...(schema.type === "array" ? ({ style: "form", explode: false } as const) : {}),
    schema,
    ...(example === undefined ? {} : { example }),
  };
}

function responseObject({
  description,
  content,
  headers = [],
  optionalHeaders = [],
}: Answered): ResponseObject {
  return {
    description,
    headers: {
      ...headersOf("X-Sync-Version", "Server-Timing", ...optionalHeaders, ...headers),
      ...requiredSeq(headers),
    },
    ...(Object.keys(content).length > 0 ? { content: contentObject(content) } : {}),
  };
}

/** Refusals say the seq where they are events; other answers always do. */
function requiredSeq(headers: readonly string[]): ResponseObject["headers"] {
  if (!headers.includes("X-Sync-Seq")) return {};
  const { description, schema } = parameters.ANSWER_HEADERS["X-Sync-Seq"];
  return { "X-Sync-Seq": { description, schema, required: true } };
}

function headersOf(...names: string[]): Record<string, Reference> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function contentObject(content: Answered["content"]): ContentObject {
  return Object.fromEntries(
    Object.entries(content).map(([type, { schema, example }]) => [
      type,
      { schema: reference(schema), example },
    ]),
  );
}

/** What a call may refuse, status by status. Calls that refuse the same share a component. */
function refusalsOf({ errors }: Declaration) {
  const byStatus = Map.groupBy([...new Set(errors)].sort(), (code) => ERROR_STATUS[code]);
  return [...byStatus].map(([status, codes]) => ({ status, codes, name: [status, ...codes].join("-") }));
}

/** The refusals of one status: an Error whose code is one of these, with an example of each. */
function refused(status: number, codes: readonly ErrorCode[]): ResponseObject {
  const which: JsonObject = { properties: { error: { enum: [...codes] } } };
  const examples = codes.map((code) => [code, { $ref: `#/components/examples/${code}` }] as const);
  const whom = status === 405 ? ": answered to the methods that the path has not got" : "";
  return {
    description: `${codes.map((code) => `\`${code}\``).join(" · ")}${whom}`,
    headers: headersOf(
      "X-Sync-Version",
      "Server-Timing",
      "X-Sync-Seq",
      ...(status === 401 ? ["WWW-Authenticate"] : []),
      ...(status === 405 ? ["Allow"] : []),
      ...(status === 429 || status === 503 ? ["Retry-After"] : []),
    ),
    content: {
      "application/json": {
        schema: { allOf: [reference("Error"), which] },
        examples: Object.fromEntries(examples),
      },
    },
  };
}
