import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { describe, expect, it } from "vitest";
import { serveGreeter } from "../../examples/official-sdk-server/server.ts";
import type { CertificateEvent } from "../../src/certs/manager/certificate-events.ts";
import { type ServeTlsOptions, serveTls, type TlsServer } from "../../src/net/tls.ts";
import { ask, askUntil } from "../support/http-over.ts";
import { NAME, type TlsStage, tlsStage } from "./tls-stage.ts";

function optionsFor(stage: TlsStage): ServeTlsOptions {
  return {
    domains: [NAME],
    agreeTos: true,
    certs: `${stage.folder.path}/certs`,
    host: "127.0.0.1",
    port: 0,
    acmePort: 0,
    directoryUrl: stage.api.directoryUrl,
    acmeRoots: stage.api.apiRoots,
  };
}

async function whenReady(stage: TlsStage, server: TlsServer): Promise<void> {
  stage.lead({ https: server.port, http: server.acmePort });
  await askUntil(
    () => ask(server.url, { roots: stage.roots }),
    () => true,
  );
}

describe("serveTls", () => {
  it("gives the SDK's own MCP server a certificate, and a client its answer", async () => {
    await using stage = await tlsStage();
    await using server = await serveGreeter(optionsFor(stage));
    await whenReady(stage, server);
    const client = new Client({ name: "test", version: "1.0.0" });
    const transport = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), {
      fetch: async (input, init) => {
        const { status, headers, body } = await ask(String(input), {
          roots: stage.roots,
          method: init?.method ?? "GET",
          headers: Object.fromEntries(new Headers(init?.headers)),
          ...(typeof init?.body === "string" && { body: init.body }),
        });
        const type = headers["content-type"];
        const isEmpty = status === 202 || status === 204;
        return new Response(isEmpty ? null : body, {
          status,
          ...(type !== undefined && { headers: { "content-type": type } }),
        });
      },
    });
    await client.connect(transport);
    const result = await client.callTool({ name: "greet", arguments: { name: "Ada" } });
    expect(result.content).toEqual([{ type: "text", text: "Hello, Ada!" }]);
    await client.close();
  });

  it("gives a Node request handler one, by HTTP-01 where that is what worked", async () => {
    await using stage = await tlsStage();
    await stage.preferHttp();
    const events: CertificateEvent["type"][] = [];
    await using server = await serveTls((_request, response) => response.end("Hello\n"), {
      ...optionsFor(stage),
      onCertificate: ({ type }) => events.push(type),
    });
    await whenReady(stage, server);
    const { body, headers } = await ask(`${server.url}/any`, { roots: stage.roots });
    expect(body).toBe("Hello\n");
    expect(headers["strict-transport-security"]).toBe("max-age=31536000");
    expect(server.status()).toMatchObject({ state: "ok", isReady: true, names: [NAME] });
    expect(events).toEqual(expect.arrayContaining(["attempt", "swapped"]));
    expect(server.url).toBe(`https://${NAME}:${server.port}`);
  });

  it("works without the HTTP port, and says so", async () => {
    await using stage = await tlsStage();
    await using first = await serveTls(() => {}, optionsFor(stage));
    const taken = first.acmePort ?? 0;
    await using second = await serveTls(
      { fetch: () => new Response("web") },
      { ...optionsFor(stage), certs: `${stage.folder.path}/other`, acmePort: taken },
    );
    expect(second.acmePortProblem).toMatchObject({ code: "ERR_LISTEN_IN_USE" });
    await whenReady(stage, second);
    expect((await ask(second.url, { roots: stage.roots })).body).toBe("web");
  });

  it("refuses to serve no name", async () => {
    await expect(serveTls(() => {}, { domains: [], agreeTos: true })).rejects.toThrow(TypeError);
  });
});
