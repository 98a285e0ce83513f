import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, it } from "vitest";
import type { z } from "zod";
import { DECLARATIONS, openApiDocument } from "../../src/protocol/openapi/document.ts";
import type { OperationId } from "../../src/protocol/operations.ts";
import { OPERATIONS } from "../../src/protocol/operations.ts";
import * as requests from "../../src/protocol/requests.ts";
import type { Part } from "../support/openapi-document.ts";
import { ServedDocument } from "../support/openapi-document.ts";

const document = new ServedDocument(openApiDocument("https://sync.test"));

it("[API-1] the document is valid by the schema of OpenAPI 3.1", async () => {
  const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(document.json)));
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
});

it("[API-1] it tells of every call, and every reference in it leads somewhere", () => {
  expect(document.calls.map(({ id }) => id).sort()).toEqual(Object.keys(OPERATIONS).sort());
  const references = JSON.stringify(document.json).matchAll(/"\$ref":"([^"]+)"/g);
  for (const [, $ref] of references)
    expect([$ref, document.follow({ $ref }) !== undefined]).toEqual([$ref, true]);
  for (const { id, path, parameters } of document.calls) {
    const named = parameters.filter((each) => each.in === "path").map(({ name }) => `{${name}}`);
    expect([id, path.match(/\{\w+\}/g) ?? []]).toEqual([id, named]);
  }
});

it("[API-1] every parameter that is read from a query is declared, and no other", () => {
  const read: Partial<Record<OperationId, z.ZodObject>> = {
    context: requests.contextQuery,
    wait: requests.waitQuery,
    watch: requests.watchQuery,
    log: requests.logQuery,
    samples: requests.samplesQuery,
    salience: requests.salienceQuery,
    scopeHistory: requests.historyQuery,
  };
  for (const [id, schema] of Object.entries(read)) {
    const declared = Object.keys(DECLARATIONS[id as OperationId].query ?? {});
    // Whom a room token acts as is common to all.
    expect([id, [...new Set([...declared, "agent"])].sort()]).toEqual([id, Object.keys(schema.shape).sort()]);
  }
});

it("[API-3] every example fits the schema that it is an example of", () => {
  const check = (where: string, content: Part) => {
    for (const [type, { schema, example }] of Object.entries<Part>(content ?? {})) {
      expect([where, type, document.misfit(schema, example)]).toEqual([where, type, null]);
    }
  };
  const checkRefusals = (where: string, { schema, examples }: Part) => {
    const [, { properties }] = schema.allOf;
    expect([where, Object.keys(examples)]).toEqual([where, properties.error.enum]);
    for (const [code, example] of Object.entries(examples)) {
      const { value } = document.follow(example);
      expect([where, value.error, document.misfit(schema, value)]).toEqual([where, code, null]);
      expect([code, typeof value.message]).toEqual([code, "string"]);
      expect([code, (value.hint ?? value.help) === undefined]).toEqual([code, code === "internal"]);
    }
  };
  for (const { id, operation, parameters } of document.calls) {
    check(`${id} body`, operation.requestBody?.content);
    for (const [status, response] of Object.entries(operation.responses)) {
      const { content } = document.follow(response);
      if (Number(status) < 400)
        expect([id, status, content === undefined]).toEqual([id, status, status === "101"]);
      if (Number(status) < 400) check(`${id} ${status}`, content);
      else checkRefusals(`${id} ${status}`, content["application/json"]);
    }
    for (const { name, schema, example } of parameters) {
      if (example !== undefined)
        expect([id, name, document.misfit(schema, example)]).toEqual([id, name, null]);
    }
  }
});

it("[API-1] of every call the answer to another method of its path is declared, with Allow", () => {
  for (const { id, operation } of document.calls) {
    const { headers } = document.follow(operation.responses["405"]);
    expect([id, Object.keys(headers).includes("Allow")]).toEqual([id, true]);
  }
});
