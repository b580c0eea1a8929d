import { spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { resolve } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDocport } from "../support/start-docport.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const CLI = resolve(import.meta.dirname, "../../dist/cli.js");

let docs: TemporaryFolder;
beforeAll(async () => {
  docs = await temporaryFolder({
    "install.md": "# Installation\n\n## Linux\n\nUnpack the tarball into /opt.\n",
    "use.md": "# Using it\n\nStart the widget.\n",
  });
});
afterAll(async () => docs[Symbol.asyncDispose]());

/** Runs the built command to its end. */
async function run(args: readonly string[], input = "") {
  const child = spawn(process.execPath, [CLI, ...args], { env: {}, cwd: docs.path });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, err };
}

describe("the built command", () => {
  it("serves a folder to an MCP client until SIGTERM", async () => {
    await using docport = await startDocport(["serve", docs.path, "--port", "0"]);
    const client = new Client({ name: "test", version: "1" });
    await client.connect(new StreamableHTTPClientTransport(new URL(docport.mcpUrl)));
    const found = await client.callTool({ name: "search", arguments: { query: "unpack tarball" } });
    expect(found.structuredContent).toMatchObject({
      results: [{ id: "install#linux", title: expect.stringContaining("Linux") }],
    });
    // The folder has no public site, so the link leads to the server's own copy of the page.
    const [link] = JSON.stringify(found).match(/http:\/\/localhost:\d+\/pages\/[^"\\#]+/) ?? [];
    expect(await (await fetch(link ?? "")).text()).toContain("Unpack the tarball");
    const fetched = await client.callTool({ name: "fetch", arguments: { id: "install#linux" } });
    expect(JSON.stringify(fetched.structuredContent)).toContain("Unpack the tarball into /opt.");
    await client.close();

    expect(await docport.stop()).toBe(0);
    await expect(fetch(docport.url)).rejects.toThrow("fetch failed");
  });

  it("ends at once at the second signal", async () => {
    await using docport = await startDocport(["serve", docs.path, "--port", "0"]);
    // A request whose body never comes keeps the orderly way waiting.
    const hanging = request(docport.mcpUrl, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "content-length": "10",
      },
    });
    hanging.on("error", () => {});
    hanging.flushHeaders();
    await once(hanging, "socket");
    await (await fetch(`${docport.url}/healthz`)).text();
    process.kill(docport.pid, "SIGINT");
    // The first signal has been seen when it takes no more connections.
    await expect
      .poll(() =>
        fetch(`${docport.url}/healthz`).then(
          () => "open",
          () => "closed",
        ),
      )
      .toBe("closed");
    expect(await docport.stop()).toBe(143);
  });

  it("writes nothing but the protocol to stdout with --stdio", async () => {
    const hello = {
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: {
        protocolVersion: "2025-06-18",
        capabilities: {},
        clientInfo: { name: "t", version: "1" },
      },
    };
    const { code, out, err } = await run(
      ["serve", docs.path, "--stdio"],
      `${JSON.stringify(hello)}\n`,
    );
    expect(code).toBe(0);
    const lines = out.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { id: 1, result: { protocolVersion: "2025-06-18" } },
    ]);
    expect(err).toContain("indexed 2 pages");
  });

  it("searches, and fails without a stack trace", async () => {
    expect(await run(["search", ".", "tarball"])).toMatchObject({
      code: 0,
      out: expect.stringContaining("1. Installation > Linux"),
    });
    const failed = await run(["search", "nowhere", "tarball"]);
    expect(failed).toMatchObject({ code: 1, out: "" });
    expect(failed.err).toMatch(/^docport: .+\n {2}-> .+\n$/);
    expect((await run(["serv"])).code).toBe(2);
  });

  it("bears a reader that leaves early", async () => {
    const child = spawn(process.execPath, [CLI, "serve", "--help"], { env: {} });
    child.stdout.destroy();
    let err = "";
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const [code] = (await once(child, "close")) as [number | null];
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });
});
