import type { McpServer, ServerContext } from "@modelcontextprotocol/server";
import { completable, fromJsonSchema, ResourceTemplate } from "@modelcontextprotocol/server";
import { z } from "zod";

/** A red pixel. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
/** A sound of no length. */
const WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";

const text = (said: string) => ({ type: "text" as const, text: said });
const image = { type: "image" as const, data: PNG, mimeType: "image/png" };
const embedded = (uri: string, mimeType: string, said: string) => ({
  type: "resource" as const,
  resource: { uri, mimeType, text: said },
});
/** A client that can hear of a question answers it at once. */
const SOON = { timeout: 300 };
const soon = () => new Promise((resolve) => setTimeout(resolve, 50));

/** The tools, resources and prompts that the conformance suite asks of the server that it examines. */
export function mountFixtures(server: McpServer): void {
  server.server.registerCapabilities({ logging: {}, completions: {}, prompts: { listChanged: false } });
  mountContents(server);
  mountTalking(server);
  mountAsking(server);
  mountResources(server);
  mountPrompts(server);
}

function mountContents(server: McpServer): void {
  const contents = {
    test_simple_text: [text("This is a simple text response for testing.")],
    test_image_content: [image],
    test_audio_content: [{ type: "audio" as const, data: WAV, mimeType: "audio/wav" }],
    test_embedded_resource: [
      embedded("test://embedded-resource", "text/plain", "This is an embedded resource content."),
    ],
    test_multiple_content_types: [
      text("Multiple content types test:"),
      image,
      embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
    ],
  };
  for (const [name, content] of Object.entries(contents)) {
    server.registerTool(name, { description: name }, () => ({ content }));
  }
  server.registerTool("test_error_handling", { description: "Fails" }, () => {
    throw new Error("This tool intentionally returns an error for testing");
  });
  const inputSchema = fromJsonSchema({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    $defs: {
      address: { type: "object", properties: { street: { type: "string" }, city: { type: "string" } } },
    },
    properties: { name: { type: "string" }, address: { $ref: "#/$defs/address" } },
    additionalProperties: false,
  });
  const config = { description: "Keywords of JSON Schema 2020-12", inputSchema };
  server.registerTool("json_schema_2020_12_tool", config, () => ({ content: [text("done")] }));
}

/** Tools that say something before they are done. */
function mountTalking(server: McpServer): void {
  server.registerTool(
    "test_tool_with_logging",
    { description: "Logs" },
    async ({ mcpReq }: ServerContext) => {
      for (const said of ["Tool execution started", "Tool processing data", "Tool execution completed"]) {
        await mcpReq.log("info", said);
        await soon();
      }
      return { content: [text("done")] };
    },
  );
  const progress = async ({ mcpReq }: ServerContext) => {
    const progressToken = mcpReq._meta?.progressToken;
    for (const done of [0, 50, 100]) {
      const params = { progressToken: progressToken ?? 0, progress: done, total: 100 };
      if (progressToken !== undefined) await mcpReq.notify({ method: "notifications/progress", params });
      await soon();
    }
    return { content: [text("done")] };
  };
  server.registerTool("test_tool_with_progress", { description: "Tells its progress" }, progress);
}

/** Tools that ask the client something before they are done. */
function mountAsking(server: McpServer): void {
  const sampling = { description: "Asks the model", inputSchema: z.object({ prompt: z.string() }) };
  server.registerTool("test_sampling", sampling, async ({ prompt }, { mcpReq }) => {
    const messages = [{ role: "user" as const, content: text(prompt) }];
    const { content } = await mcpReq.requestSampling({ messages, maxTokens: 100 }, SOON);
    return { content: [text(`LLM response: ${JSON.stringify(content)}`)] };
  });
  const person = { type: "object" as const, properties: { username: { type: "string" as const } } };
  const names = ["test_elicitation", "test_elicitation_sep1034_defaults", "test_elicitation_sep1330_enums"];
  for (const name of names) {
    server.registerTool(name, { description: "Asks the user" }, async ({ mcpReq }: ServerContext) => {
      const answer = await mcpReq.elicitInput({ message: "Who?", requestedSchema: person }, SOON);
      return { content: [text(`User response: ${JSON.stringify(answer)}`)] };
    });
  }
}

function mountResources(server: McpServer): void {
  const described = (mimeType: string) => ({ description: "For tests", mimeType });
  server.registerResource("static-text", "test://static-text", described("text/plain"), ({ href }) => ({
    contents: [
      { uri: href, mimeType: "text/plain", text: "This is the content of the static text resource." },
    ],
  }));
  server.registerResource("static-binary", "test://static-binary", described("image/png"), ({ href }) => ({
    contents: [{ uri: href, mimeType: "image/png", blob: PNG }],
  }));
  const template = new ResourceTemplate("test://template/{id}/data", { list: undefined });
  server.registerResource("template", template, described("application/json"), ({ href }, { id }) => {
    const data = { id, templateTest: true, data: `Data for ID: ${id}` };
    return { contents: [{ uri: href, mimeType: "application/json", text: JSON.stringify(data) }] };
  });
}

function mountPrompts(server: McpServer): void {
  const said = (...contents: (ReturnType<typeof text> | typeof image | ReturnType<typeof embedded>)[]) => ({
    messages: contents.map((content) => ({ role: "user" as const, content })),
  });
  const description = "For tests";
  server.registerPrompt("test_simple_prompt", { description }, () =>
    said(text("This is a simple prompt for testing.")),
  );
  const two = z.object({ arg1: completable(z.string(), () => ["test"]), arg2: z.string() });
  server.registerPrompt("test_prompt_with_arguments", { description, argsSchema: two }, ({ arg1, arg2 }) =>
    said(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  );
  const uri = z.object({ resourceUri: z.string() });
  server.registerPrompt(
    "test_prompt_with_embedded_resource",
    { description, argsSchema: uri },
    ({ resourceUri }) =>
      said(
        embedded(resourceUri, "text/plain", "Embedded resource content for testing."),
        text("Please process the embedded resource above."),
      ),
  );
  server.registerPrompt("test_prompt_with_image", { description }, () =>
    said(image, text("Please analyze the image above.")),
  );
}
