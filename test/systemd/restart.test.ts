import { describe, expect, it } from "vitest";
import { legacy } from "../http/mcp-requests.ts";
import { ask } from "../support/http-over.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { startActivated } from "./start-activated.ts";

const PAGES = { "docs/install.md": "# Installation\n\nUnpack the tarball.\n" };
const READY = "Connect\n";

describe("the built command on sockets of a supervisor", () => {
  it.each([
    ["one process", []],
    ["workers", ["--workers", "2"]],
  ])("loses no request over restarts of %s under load", { timeout: 120_000 }, async (_, flags) => {
    await using folder = await temporaryFolder(PAGES);
    const docs = `${folder.path}/docs`;
    await using docport = await startActivated(["http"], ["serve", docs, ...flags]);
    const [port] = docport.ports;
    const statuses = new Map<number | string, number>();
    const over = new AbortController();
    const body = JSON.stringify(
      legacy("tools/call", { name: "search", arguments: { query: "tarball" } }),
    );
    const client = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const outcome = await ask(`http://localhost:${port}/mcp`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body,
        }).then(
          (answer) => (answer.body.includes("Installation") ? answer.status : answer.body),
          (error: Error) => error.message,
        );
        statuses.set(outcome, (statuses.get(outcome) ?? 0) + 1);
      }
    };
    // The first ones are there before the server is.
    const clients = Promise.all(Array.from({ length: 8 }, client));
    for (let starts = 1; starts <= 3; starts++) {
      await docport.said(READY, starts);
      const before = statuses.get(200) ?? 0;
      await expect.poll(() => statuses.get(200), { timeout: 20_000 }).toBeGreaterThan(before + 50);
      if (starts < 3) docport.restart();
    }
    over.abort();
    await clients;
    expect([...statuses.keys()]).toEqual([200]);
    expect(docport.output().match(/activator: exit 0/g)?.length).toBe(2);
  });

  it("serves HTTPS on the one and the redirect on the other, by their names", async () => {
    await using folder = await temporaryFolder(PAGES);
    await using docport = await startActivated(
      ["http", "https"],
      [
        ...["serve", `${folder.path}/docs`, "--domain", "docs.example.test", "--agree-tos"],
        // Nothing listens there: the server is up without a certificate.
        ...["--acme-directory", "https://127.0.0.1:1/directory"],
        ...["--certs", `${folder.path}/certs`],
      ],
    );
    const [http = 0, https = 0] = docport.ports;
    await docport.said(READY);
    const redirect = await ask(`http://docs.example.test:${http}/x`);
    expect(redirect.status).toBe(308);
    expect(redirect.headers.location).toBe(`https://docs.example.test:${https}/x`);
    const health = await ask(`https://docs.example.test:${https}/healthz`);
    expect(JSON.parse(health.body)).toMatchObject({ status: "ok", ready: false });
    expect((await ask(`http://docs.example.test:${http}/readyz`)).status).toBe(503);
  });

  it("says what it has no use for", async () => {
    await using folder = await temporaryFolder(PAGES);
    await using docport = await startActivated(["gopher", "http"], ["serve", folder.path]);
    await docport.said("[ERR_LISTEN_INHERITED]");
    expect(docport.output()).toContain('A socket called "gopher" was handed over');
    await docport.said("activator: exit 1");
  });
});
