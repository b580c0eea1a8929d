import { mkdir, readFile, truncate, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type App, startApp } from "../../src/app.ts";
import { createConfig } from "../../src/config.ts";
import type { Clock } from "../../src/lib/clock.ts";
import type { LogFields } from "../../src/lib/log.ts";
import { waywardSite } from "../corpus/website/wayward-site.ts";
import { DAY_MS, newCa, newKey, newLeaf, pemOf } from "../support/certificates.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { ask, askUntil, type ReadAnswer } from "../support/http-over.ts";
import { NAME, type TlsStage, tlsStage } from "./tls-stage.ts";

interface Line extends LogFields {
  readonly event: string;
}

async function start(
  stage: TlsStage,
  lines: Line[] = [],
  more: Readonly<Record<string, unknown>> = {},
  clock?: Clock,
): Promise<App> {
  const config = createConfig(
    {
      sources: ["docs"],
      domain: [NAME],
      host: "127.0.0.1",
      port: 0,
      acmePort: 0,
      agreeTos: true,
      acmeDirectory: stage.api.directoryUrl,
      acmeRoot: "api-root.pem",
      ...more,
    },
    stage.folder.path,
  );
  const log = (_level: string, event: string, fields: LogFields = {}): void => {
    lines.push({ ...fields, event });
    if (event === "server.listening")
      stage.lead({ https: Number(new URL(`${fields["localUrl"]}`).port) });
  };
  return startApp(config, { fetch, now: Date.now, log, ...(clock && { clock }) });
}

function health(stage: TlsStage, app: App): Promise<ReadAnswer> {
  return ask(`${app.url}/healthz`, { roots: stage.roots });
}

function isReady({ body }: ReadAnswer): boolean {
  return (JSON.parse(body) as { ready?: boolean }).ready === true;
}

/** Asks, and moves the clock by `stepMs` each time, until the answer is as expected. */
async function onClock(
  clock: FakeClock,
  question: () => Promise<ReadAnswer>,
  isDone: (body: string) => boolean,
  stepMs = 50,
): Promise<string> {
  const { body } = await askUntil(
    async () => {
      await clock.advance(stepMs);
      return question();
    },
    (answer) => isDone(answer.body),
  );
  return body;
}

describe("the server with a domain", () => {
  it("gets its certificate while the documentation is read, and closes when that fails", async () => {
    await using stage = await tlsStage();
    const lines: Line[] = [];
    const held: ServerResponse[] = [];
    const site = await waywardSite({
      "/llms-full.txt": (_request, response) => void held.push(response),
    });
    const started = start(stage, lines, { sources: [`${site.url}llms-full.txt`] });
    // It is looked at below; until then it is not unhandled.
    started.catch(() => {});
    const origin = (): string =>
      `${lines.find(({ event }) => event === "server.listening")?.["url"]}`;
    const isIssued = (): boolean =>
      held.length > 0 && lines.some(({ event }) => event === "certificate.issued");
    const answer = await askUntil(() => ask(origin(), { roots: stage.roots }), isIssued);
    expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "1"]);
    for (const response of held) response.writeHead(404).end();
    await expect(started).rejects.toThrow(site.url);
    await expect(ask(origin())).rejects.toThrow("ECONNREFUSED");
  });

  it("gets its certificate, says so, and asks nothing of the CA at the next start", async () => {
    await using stage = await tlsStage();
    const lines: Line[] = [];
    const first = await start(stage, lines);
    const { body, fingerprint256 } = await askUntil(() => health(stage, first), isReady);
    expect(first.mcpUrl).toBe(`${first.url}/mcp`);
    expect(JSON.parse(body)).toMatchObject({ status: "ok", certificate: { state: "ok" } });
    expect(first.certificate?.line()).toMatch(
      /^from .+, valid until \d{4}-\d\d-\d\d \d\d:\d\d UTC$/,
    );
    expect(stage.ca.requests.length).toBeLessThanOrEqual(10);
    await first.close();
    expect(lines.map(({ event }) => event)).toContain("certificate.issued");
    const asked = stage.ca.requests.length;
    const second = await start(stage);
    expect((await health(stage, second)).fingerprint256).toBe(fingerprint256);
    await second.close();
    expect(stage.ca.requests.length).toBe(asked);
  });

  it("is up while the CA is away, says why, and keeps on", async () => {
    await using stage = await tlsStage();
    stage.ca.inject({ on: "any", fault: { kind: "unreachable" }, times: Number.POSITIVE_INFINITY });
    const lines: Line[] = [];
    const app = await start(stage, lines);
    const question = (): Promise<ReadAnswer> => ask(`${app.url}/healthz`);
    const { status, body } = await askUntil(question, (answer) => answer.body.includes("problem"));
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      ready: false,
      certificate: { state: "missing", problem: expect.any(String) as string },
    });
    expect(app.certificate?.line()).toMatch(/^none yet: \S/);
    expect(app.certificate?.isReady()).toBe(false);
    await expect(health(stage, app)).rejects.toThrow(/self-signed|self signed|verify/);
    await app.close();
    expect(lines.map(({ event }) => event)).toContain("certificate.failed");
  });

  it("keeps its wait over a restart", async () => {
    await using stage = await tlsStage();
    const times = Number.POSITIVE_INFINITY;
    stage.ca.inject({ on: "newOrder", fault: { kind: "unreachable" }, times });
    const first = await start(stage);
    await askUntil(
      () => ask(`${first.url}/healthz`),
      ({ body }) => body.includes("problem"),
    );
    await first.close();
    const asked = stage.ca.requests.length;
    const second = await start(stage);
    const { body } = await ask(`${second.url}/healthz`);
    expect(JSON.parse(body)).toMatchObject({ status: "ok", ready: false });
    await second.close();
    expect(stage.ca.requests.length).toBe(asked);
  });

  it("goes on with its order when it was stopped in the middle of it", async () => {
    await using stage = await tlsStage();
    stage.ca.inject({ on: "finalize", fault: { kind: "hang" }, times: Number.POSITIVE_INFINITY });
    const first = await start(stage);
    const isOrdered = (): boolean => stage.ca.requests.includes("POST finalize");
    await askUntil(() => ask(`${first.url}/healthz`), isOrdered);
    await first.close();
    stage.ca.clearFaults();
    const second = await start(stage);
    await askUntil(() => health(stage, second), isReady);
    await second.close();
    expect(stage.ca.requests.filter((one) => one === "POST newOrder")).toHaveLength(1);
  });

  it("puts a pair right that was truncated on disk", async () => {
    await using stage = await tlsStage();
    const first = await start(stage);
    await askUntil(() => health(stage, first), isReady);
    await first.close();
    const path = join(stage.folder.path, "certs", `${NAME}.cert.pem`);
    await truncate(path, 100);
    const second = await start(stage);
    await askUntil(() => health(stage, second), isReady);
    await second.close();
    expect(await readFile(path, "utf8")).toContain("END CERTIFICATE");
  });

  it("is up with an expired certificate and no CA, and has a new one when the CA is back", async () => {
    const clock = new FakeClock(Date.now());
    await using stage = await tlsStage(clock);
    const ca = newCa("old CA", undefined, clock.now());
    const key = newKey();
    const dates = { notBefore: clock.now() - 90 * DAY_MS, notAfter: clock.now() - DAY_MS };
    const certs = join(stage.folder.path, "certs");
    await mkdir(certs);
    await writeFile(join(certs, `${NAME}.cert.pem`), newLeaf({ ca, names: [NAME], key, ...dates }));
    await writeFile(join(certs, `${NAME}.key.pem`), pemOf(key));
    const times = Number.POSITIVE_INFINITY;
    stage.ca.inject({ on: "newOrder", fault: { kind: "unreachable" }, times });
    const app = await start(stage, [], {}, clock);
    const seen = await onClock(
      clock,
      () => ask(`${app.url}/healthz`),
      (text) => text.includes("problem"),
    );
    expect(JSON.parse(seen)).toMatchObject({ ready: false, certificate: { state: "expired" } });
    stage.ca.clearFaults();
    await onClock(
      clock,
      () => ask(`${app.url}/healthz`),
      (text) => text.includes('"ready":true'),
      10_000,
    );
    const closing = app.close();
    await clock.advance(10_000);
    await closing;
  });

  it("refuses roots that are none, before it asks anybody", async () => {
    await using stage = await tlsStage();
    await writeFile(join(stage.folder.path, "api-root.pem"), "nothing");
    await expect(start(stage)).rejects.toMatchObject({ code: "ERR_CONFIG_INVALID" });
    expect(stage.ca.requests).toEqual([]);
  });
});

describe("the server with tls: local", () => {
  it("serves HTTPS for this computer with its own CA, without HSTS", async () => {
    await using stage = await tlsStage();
    const more = { tls: "local", domain: [] };
    const app = await start(stage, [], more);
    const rootFile = app.certificate?.rootFile ?? "";
    const roots = await readFile(rootFile, "utf8");
    const { status, headers } = await ask(`${app.url}/healthz`, { roots });
    expect(status).toBe(200);
    expect(headers["strict-transport-security"]).toBeUndefined();
    await app.close();
    const again = await start(stage, [], more);
    expect((await ask(`${again.url}/healthz`, { roots })).status).toBe(200);
    await again.close();
  });
});
