import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { legacy } from "../http/mcp-requests.ts";
import { type RunningDocport, startDocport } from "../support/start-docport.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { openSocket, sendRaw, statusesIn } from "./raw-request.ts";

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

const LONG_PAGE = `# Ports\n\n${"A long page about ports. ".repeat(20_000)}\n`;

async function open(url: string): Promise<Socket> {
  const socket = await openSocket(url);
  sockets.push(socket);
  return socket;
}

const isAlive = async ({ mcpUrl }: RunningDocport): Promise<boolean> => {
  const body = JSON.stringify(legacy("tools/list"));
  const headers = { "content-type": "application/json" };
  return (await fetch(mcpUrl, { method: "POST", headers, body })).status === 200;
};

function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

describe("clients that never read", () => {
  it.skipIf(!existsSync("/proc/self/status"))(
    "cost little memory, however often they ask",
    { timeout: 120_000 },
    async () => {
      await using docs = await temporaryFolder({ "ports.md": LONG_PAGE });
      await using docport = await startDocport(["serve", docs.path, "--port", "0"]);
      expect(await isAlive(docport)).toBe(true);
      const before = residentMb(docport.pid);
      const ask = `GET /llms-full.txt HTTP/1.1\r\nHost: localhost\r\n\r\n`;
      const clients = await Promise.all(Array.from({ length: 10 }, () => open(docport.url)));
      for (const client of clients) {
        client.pause();
        client.write(ask.repeat(60));
      }
      // Answers to others come after what those asked for has been begun.
      for (let i = 0; i < 5; i++) expect(await isAlive(docport)).toBe(true);
      // All that was asked for is 300 MB.
      expect(residentMb(docport.pid) - before).toBeLessThan(200);
    },
  );
});

/** An address of this computer that is not loopback, which limits do not hold for. */
const ownAddress = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;

describe.skipIf(ownAddress === undefined)("one client", () => {
  it("has so many streams open and no more", async () => {
    await using docs = await temporaryFolder({ "ports.md": "# Ports\n\nWords.\n" });
    const everywhere = ["--host", "0.0.0.0", "--port", "0"];
    await using docport = await startDocport(["serve", docs.path, ...everywhere]);
    const url = `http://${ownAddress}:${new URL(docport.url).port}`;
    const host = new URL(url).host;
    const stream = `GET /sse HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    const streams = await Promise.all(Array.from({ length: 128 }, () => open(url)));
    await Promise.all(
      streams.map((client) => {
        client.write(stream);
        return once(client, "data");
      }),
    );
    const another = stream.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    const refused = await sendRaw(url, another);
    expect(refused).toMatch(/^HTTP\/1\.1 429 /);
    expect(refused).toMatch(/^retry-after: 60\r$/im);
    expect(refused).toMatch(
      /^ratelimit-policy: "open-streams";q=128;qu="concurrent-requests"\r$/im,
    );
    // Requests and other clients go on.
    expect(statusesIn(await sendRaw(url, another.replace("/sse", "/llms.txt")))).toEqual([200]);
    expect(await isAlive(docport)).toBe(true);
  });
});
