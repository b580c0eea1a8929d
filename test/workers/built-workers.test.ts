import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FileStorage } from "../../src/certs/file-storage.ts";
import { leaveRenewalRequest } from "../../src/certs/manager/renewal-request.ts";
import { makePair } from "../certs/make-pair.ts";
import { ask } from "../support/http-over.ts";
import { type RunningDocport, startDocport } from "../support/start-docport.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { trySession } from "../support/tls-session.ts";
import { KeepAliveLoad } from "./keep-alive-load.ts";
import { openSse } from "./sse-client.ts";
import { childrenOf, peerPortsOf } from "./worker-peers.ts";

const NAME = "docs.example.com";
const PAGE = "# Manual\n\n## Install\n\nRun the installer.\n";

/** The built command with workers, ready when all of them are. */
async function serve(
  folder: TemporaryFolder,
  flags: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningDocport> {
  const port = ["--host", "127.0.0.1", "--port", "0"];
  return startDocport(["serve", join(folder.path, "docs"), ...port, ...flags], env);
}

async function folderWithPair(): Promise<TemporaryFolder> {
  const { certPem, keyPem } = freshPair();
  return temporaryFolder({
    "docs/index.md": PAGE,
    [`certs/${NAME}.cert.pem`]: certPem,
    [`certs/${NAME}.key.pem`]: keyPem,
  });
}

function freshPair(): ReturnType<typeof makePair> {
  const notBefore = Date.now() - 86_400_000;
  return makePair({ notBefore, notAfter: notBefore + 90 * 86_400_000 });
}

function secureFlags(folder: TemporaryFolder): string[] {
  return [
    ...["--domain", NAME, "--agree-tos", "--acme-port", "0", "--log-level", "debug"],
    ...["--certs", join(folder.path, "certs"), "--acme-directory", "https://127.0.0.1:1/"],
  ];
}

describe("docport serve --workers", { timeout: 60_000 }, () => {
  it("breaks nothing but what a killed worker held, and has another one", async () => {
    await using folder = await temporaryFolder({ "docs/index.md": PAGE });
    await using docport = await serve(folder, ["--workers", "3"]);
    expect(childrenOf(docport.pid)).toHaveLength(3);
    const load = new KeepAliveLoad(`${docport.url}/llms.txt`, 24);
    await load.more(200);
    for (let kills = 1; kills <= 3; kills++) {
      const before = childrenOf(docport.pid);
      const held = before.map((pid) => ({ pid, ports: peerPortsOf(pid) }));
      const [victim] = held.toSorted((a, b) => b.ports.size - a.ports.size);
      if (!victim) throw new Error("there are no workers");
      const others = new Set(
        held.flatMap(({ pid, ports }) => (pid === victim.pid ? [] : [...ports])),
      );
      const failedBefore = load.failed.length;
      process.kill(victim.pid, "SIGKILL");
      await docport.said("worker.replaced", kills);
      await load.more(300);
      const failed = load.failed.slice(failedBefore);
      expect(failed.filter(({ port }) => others.has(port ?? 0))).toEqual([]);
      // No more than it held: nobody failed twice, and no connection was made in vain.
      expect(failed.length).toBeLessThanOrEqual(victim.ports.size);
      expect(victim.ports.size).toBeGreaterThan(0);
      expect(childrenOf(docport.pid)).toHaveLength(3);
      expect(childrenOf(docport.pid)).not.toContain(victim.pid);
    }
    await load.stop();
    expect(await docport.stop()).toBe(0);
  });

  it("ends all requests when it is stopped, and leaves nothing behind", async () => {
    await using folder = await temporaryFolder({ "docs/index.md": PAGE, "tmp/.keep": "" });
    const TMPDIR = join(folder.path, "tmp");
    await using docport = await serve(folder, ["--workers", "2"], { TMPDIR });
    const load = new KeepAliveLoad(`${docport.url}/llms.txt`, 8);
    await load.more(100);
    const workers = childrenOf(docport.pid);
    const stopped = docport.stop();
    const stopping = load.stop();
    expect(await stopped).toBe(0);
    await stopping;
    // What was under way has ended; a client that came after the port was closed was refused.
    const refused = /ECONNREFUSED|socket hang up|ECONNRESET/;
    for (const { message } of load.failed) expect(message).toMatch(refused);
    for (const pid of workers) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(await readdir(TMPDIR)).toEqual([".keep"]);
  });

  it("has all workers answer from a new index, and tells clients of each, whose messages reach any", async () => {
    await using folder = await temporaryFolder({ "docs/index.md": PAGE });
    await using docport = await serve(folder, ["--workers", "2"]);
    const streams = await Promise.all(Array.from({ length: 12 }, () => openSse(docport.url)));
    const held = childrenOf(docport.pid).map((pid) => peerPortsOf(pid));
    const inWorkers = held.map((ports) => streams.filter(({ port }) => ports.has(port)).length);
    expect(inWorkers.reduce((sum, count) => sum + count, 0)).toBe(12);
    // Each message goes over a connection of its own, so to either worker.
    for (const stream of streams) expect(await stream.ask("ping")).toEqual({});
    await writeFile(join(folder.path, "docs/removal.md"), "# Removal\n\nDelete the folder.\n");
    // The primary and two workers.
    await docport.said("index.swapped", 3);
    await Promise.all(streams.map((stream) => stream.told("notifications/resources/list_changed")));
    for (let i = 0; i < 20; i++) {
      expect((await ask(`${docport.url}/llms.txt`)).body).toContain("Removal");
    }
    const gone = await ask(`${docport.url}/message?sessionId=nobody`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    });
    expect(gone.status).toBe(404);
    for (const stream of streams) stream.close();
  });

  it("shows a new certificate in all workers, with no request that fails, and sessions in any", async () => {
    await using folder = await folderWithPair();
    await using docport = await serve(folder, ["--workers", "2", ...secureFlags(folder)]);
    const port = Number(/"localUrl":"https:\/\/[^"]*:(\d+)"/.exec(docport.output())?.[1]);
    const url = `https://${NAME}:${port}`;
    const shown = async (): Promise<Set<string | undefined>> => {
      const answers = await Promise.all(Array.from({ length: 16 }, () => ask(`${url}/healthz`)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      return new Set(answers.map(({ fingerprint256 }) => fingerprint256));
    };
    const before = await shown();
    expect(before.size).toBe(1);
    let session: Buffer | undefined;
    for (let i = 0; i < 8; i++) {
      const one = await trySession({ port, version: "TLSv1.3", session });
      expect(one.isResumed).toBe(i > 0);
      ({ session } = one);
    }
    const load = new KeepAliveLoad(`${url}/llms.txt`, 4, { isKept: false });
    await load.more(20);
    const { certPem, keyPem, chain } = freshPair();
    const certs = join(folder.path, "certs");
    await writeFile(join(certs, `${NAME}.key.pem`), keyPem);
    await writeFile(join(certs, `${NAME}.cert.pem`), certPem);
    await leaveRenewalRequest(new FileStorage(certs), [NAME], { isForced: false });
    await docport.said("certificate.swapped", 2);
    expect(await shown()).toEqual(new Set([chain.fingerprint256]));
    await load.more(20);
    await load.stop();
    expect(load.failed).toEqual([]);
    // A worker that comes later shows it from its first connection on.
    const [victim = 0] = childrenOf(docport.pid);
    process.kill(victim, "SIGKILL");
    await docport.said("worker.replaced", 1);
    expect(await shown()).toEqual(new Set([chain.fingerprint256]));
  });

  it("shows in each worker what only the primary knows", async () => {
    await using folder = await temporaryFolder({ "docs/index.md": PAGE });
    const certs = join(folder.path, "certs");
    const flags = ["--workers", "2", "--tls", "local", "--certs", certs, "--server-status"];
    await using docport = await serve(folder, flags);
    for (let i = 0; i < 8; i++) {
      const { body } = await ask(`${docport.url}/mcp`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
        },
        body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"server_status","arguments":{}}}',
      });
      expect(body).toContain("1 page");
      expect(body).not.toContain("error");
      const health = await ask(`${docport.url}/healthz`);
      expect(JSON.parse(health.body)).toMatchObject({ ready: true, certificate: { state: "ok" } });
    }
  });

  it("adds up what workers have counted", async () => {
    await using folder = await temporaryFolder({ "docs/index.md": PAGE });
    const flags = ["--workers", "2", "--metrics", "127.0.0.1:0"];
    await using docport = await serve(folder, flags);
    await docport.said("Connect\n");
    const metrics = /Metrics +(\S+)/.exec(docport.output())?.[1] ?? "";
    for (let i = 0; i < 30; i++) await ask(`${docport.url}/llms.txt`);
    const { body } = await ask(metrics);
    expect(body).toMatch(/^docport_requests_total\{route="\/llms.txt",status="200"\} 30$/m);
    expect(body).toMatch(/^docport_index_pages 1$/m);
    expect(body).toMatch(/^docport_requests_in_flight 0$/m);
  });

  it("says once what is wrong with the port", async () => {
    await using folder = await temporaryFolder({ "docs/index.md": PAGE });
    await using first = await serve(folder);
    const { port } = new URL(first.url);
    const second = startDocport([
      ...["serve", join(folder.path, "docs"), "--host", "127.0.0.1"],
      ...["--port", port, "--workers", "2"],
    ]);
    const error = await second.then(() => "", String);
    expect(error).toContain("exited with 1");
    expect(error.match(/ERR_LISTEN_IN_USE/g)).toHaveLength(1);
  });

  it("says once what a worker cannot start with", async () => {
    await using folder = await temporaryFolder({ "docs/index.md": PAGE, "keys.json": "" });
    const rule = ["--keys-file", join(folder.path, "keys.json"), "--access", "staff=nowhere"];
    const error = await serve(folder, ["--workers", "3", ...rule]).then(() => "", String);
    expect(error).toContain("exited with 1");
    expect(error.match(/ERR_ACCESS_RULE/g)).toHaveLength(1);
    expect(error).not.toMatch(/bug|at .*\.js/);
  });

  it("is one process over stdio", async () => {
    const error = await startDocport(["serve", "docs", "--stdio", "--workers", "2"]).then(
      () => "",
      String,
    );
    expect(error).toContain("ERR_USAGE");
  });

  it.each([
    ["nothing of it", "1", []],
    ["it", "2", ["primary-app"]],
  ])("loads %s with %s", async (_, workers, expected) => {
    await using folder = await temporaryFolder({ "docs/index.md": PAGE });
    const NODE_V8_COVERAGE = await mkdtemp(join(tmpdir(), "docport-test-"));
    try {
      await using docport = await serve(folder, ["--workers", workers], { NODE_V8_COVERAGE });
      await ask(`${docport.url}/llms.txt`);
      const { pid } = docport;
      expect(await docport.stop()).toBe(0);
      const files = await readdir(NODE_V8_COVERAGE);
      const own = files.filter((name) => name.startsWith(`coverage-${pid}-`));
      expect(own).toHaveLength(1);
      const text = await readFile(join(NODE_V8_COVERAGE, own[0] ?? ""), "utf8");
      const { result } = JSON.parse(text) as { result: { url: string }[] };
      // The name that a file has before its hash is that of the module that it was made for.
      const loaded = result.map(
        ({ url }) => /\/dist\/(?:chunks\/)?(.*?)(?:-\w{8})?\.js$/.exec(url)?.[1],
      );
      expect(loaded).toContain("follow-documentation");
      expect(loaded.filter((name) => /worker|primary/.test(name ?? ""))).toEqual(expected);
    } finally {
      await rm(NODE_V8_COVERAGE, { recursive: true });
    }
  });
});
