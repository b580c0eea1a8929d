/** One server beside Docport: `peer.ts KIND PORT ANSWER_FILE [CERT KEY]`. Its answer is ready. */
import { readFileSync } from "node:fs";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import { createServer as createSecureServer } from "node:https";

const [kind = "", port = "", answerFile = "", certFile, keyFile] = process.argv.slice(2);
const answer = JSON.parse(readFileSync(answerFile, "utf8")) as { result: Record<string, unknown> };
const { content, structuredContent } = answer.result;
const RESULT = { content, structuredContent };
const INFO = { name: "peer", version: "1" };
const TOOL = {
  name: "search",
  inputSchema: { type: "object" as const, properties: { query: { type: "string" as const } } },
};

/** Peers are installed in bench/ alone, so nothing is known of their types. */
const load = (name: string): Promise<any> => import(name);

const START: Readonly<Record<string, () => Promise<void>>> = {
  bare: async () => listen(bare()),
  sdk2: async () => {
    const { createMcpHandler, Server } = await load("@modelcontextprotocol/server");
    const { toNodeHandler } = await load("@modelcontextprotocol/node");
    const handler = createMcpHandler(() => {
      const server = new Server(INFO, { capabilities: { tools: {} } });
      server.setRequestHandler("tools/list", () => ({ tools: [TOOL] }));
      server.setRequestHandler("tools/call", () => RESULT);
      return server;
    });
    listen(toNodeHandler(handler));
  },
  sdk1: async () => {
    const { StreamableHTTPServerTransport } = await load(
      "@modelcontextprotocol/sdk/server/streamableHttp.js",
    );
    const createV1 = await v1Server();
    const answerV1 = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: undefined,
      });
      response.on("close", () => void transport.close());
      await createV1().connect(transport);
      await transport.handleRequest(request, response);
    };
    listen((request, response) => void answerV1(request, response));
  },
  fastmcp: async () => {
    const { FastMCP } = await load("fastmcp");
    const { z } = await load("zod");
    const server = new FastMCP({ name: "peer", version: "1.0.0" });
    server.addTool({
      name: "search",
      description: "Search",
      parameters: z.object({ query: z.string() }),
      execute: async () => ({ content: content }),
    });
    await server.start({
      transportType: "httpStream",
      httpStream: { port: Number(port), host: "127.0.0.1", enableJsonResponse: true },
    });
  },
  "mcp-proxy": async () => {
    const { startHTTPServer } = await load("mcp-proxy");
    const createV1 = await v1Server();
    await startHTTPServer({
      createServer: async () => createV1(),
      port: Number(port),
      host: "127.0.0.1",
      streamEndpoint: "/mcp",
      stateless: true,
      enableJsonResponse: true,
    });
  },
};

await START[kind]?.();

/** The bound: reads the body, parses it, and writes an answer that was made before. */
function bare(): RequestListener {
  const text = JSON.stringify(answer).replace(/"id":\d+}$/, '"id":');
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { id } = JSON.parse(Buffer.concat(chunks).toString()) as { id: unknown };
      const body = `${text}${JSON.stringify(id)}}`;
      const length = Buffer.byteLength(body);
      response.writeHead(200, { "content-type": "application/json", "content-length": length });
      response.end(body);
    });
  };
}

function listen(listener: RequestListener): void {
  const server =
    certFile !== undefined && keyFile !== undefined
      ? createSecureServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, listener)
      : createServer(listener);
  server.listen(Number(port), "127.0.0.1");
}

interface V1Server {
  connect(transport: unknown): Promise<void>;
}

async function v1Server(): Promise<() => V1Server> {
  const { Server } = await load("@modelcontextprotocol/sdk/server/index.js");
  const { CallToolRequestSchema, ListToolsRequestSchema } = await load(
    "@modelcontextprotocol/sdk/types.js",
  );
  return () => {
    const server = new Server(INFO, { capabilities: { tools: {} } });
    server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [TOOL] }));
    server.setRequestHandler(CallToolRequestSchema, () => RESULT);
    return server;
  };
}
