import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:tls";
import { describe, expect, it } from "vitest";
import { AcmeClient } from "../../src/acme/client.ts";
import { tlsAlpnServerName } from "../../src/acme/identifier.ts";
import { HttpChallenges } from "../../src/certs/challenges/http-challenges.ts";
import { httpResponder, tlsAlpnResponder } from "../../src/certs/challenges/local-responders.ts";
import { TlsAlpnChallenges } from "../../src/certs/challenges/tls-alpn-challenges.ts";
import type { ValidationRequest, ValidationResult } from "../../src/certs/drill/ca/ca-behaviour.ts";
import { CertificateManager } from "../../src/certs/manager/certificate-manager.ts";
import { MemoryStorage } from "../../src/certs/memory-storage.ts";
import { listenHttp } from "../../src/net/http-listener.ts";
import { listenHttps } from "../../src/net/tls-listener.ts";
import { createRedirectHandler } from "../../src/net/tls-redirect.ts";
import { httpSelfCheck, tlsAlpnSelfCheck } from "../../src/net/tls-self-check.ts";
import { createAcmeCa } from "../support/acme-ca/create-acme-ca.ts";
import { FakeClock } from "../support/fake-clock.ts";

const HOST = "127.0.0.1";
const FAILED = { type: "urn:ietf:params:acme:error:unauthorized", detail: "not the answer" };

/** A server of two ports, kept by a manager, and a CA that looks at it over its sockets. */
async function serve(names: readonly string[], type: "http-01" | "tls-alpn-01") {
  const clock = new FakeClock(Date.now());
  const http = new HttpChallenges();
  const alpn = new TlsAlpnChallenges();
  const secure = await listenHttps({
    host: HOST,
    port: 0,
    names,
    challenges: alpn,
    handler: () => new Response("served\n"),
  });
  const plain = await listenHttp({
    host: HOST,
    port: 0,
    handler: createRedirectHandler({ challenges: http, names, httpsPort: secure.port }),
  });
  const ca = createAcmeCa({
    clock,
    behaviour: {
      validate: (look) =>
        look.type === "http-01" ? lookByHttp(plain.port, look) : lookByTls(secure.port, look),
    },
  });
  const options = { clock };
  const manager = new CertificateManager({
    clock,
    names,
    storage: new MemoryStorage(),
    authorities: [
      {
        directoryUrl: ca.directoryUrl,
        createClient: () =>
          new AcmeClient({ directoryUrl: ca.directoryUrl, transport: ca.transport, clock }),
        terms: { agreeTos: true },
      },
    ],
    responders: [
      type === "http-01"
        ? httpResponder(http, {
            ...options,
            selfCheck: httpSelfCheck({ host: HOST, port: plain.port }),
          })
        : tlsAlpnResponder(alpn, {
            ...options,
            selfCheck: tlsAlpnSelfCheck({ host: HOST, port: secure.port }),
          }),
    ],
    activate: ({ certPem, keyPem }) => secure.swap({ cert: certPem, key: keyPem }),
    prove: (signal) => secure.shownFingerprint(signal),
    shutdownGraceMs: 0,
  });
  const events: string[] = [];
  manager.events.subscribe(({ type }) => events.push(type));
  await manager.start();
  return { clock, ca, manager, secure, plain, events };
}

async function lookByTls(port: number, look: ValidationRequest): Promise<ValidationResult> {
  const socket = connect({
    host: HOST,
    port,
    servername: tlsAlpnServerName(look.identifier),
    ALPNProtocols: ["acme-tls/1"],
    rejectUnauthorized: false,
  });
  try {
    await once(socket, "secureConnect");
    const names = socket.getPeerCertificate().subjectaltname ?? "";
    return socket.alpnProtocol === "acme-tls/1" && names !== "" ? "valid" : FAILED;
  } finally {
    socket.destroy();
  }
}

async function lookByHttp(port: number, look: ValidationRequest): Promise<ValidationResult> {
  const path = `/.well-known/acme-challenge/${look.token}`;
  const outgoing = request({
    host: HOST,
    port,
    path,
    headers: { host: look.identifier.value },
  }).end();
  const [incoming] = await once(outgoing, "response");
  let body = "";
  for await (const chunk of incoming) body += String(chunk);
  return body === look.keyAuthorization ? "valid" : FAILED;
}

describe.each(["http-01", "tls-alpn-01"] as const)(
  "a server with its own certificate by %s",
  (type) => {
    it.each([
      ["a name", ["docs.example.com", "www.example.com"]],
      ["an address", ["192.0.2.7"]],
    ])("gets it for %s over its own sockets, shows it, and renews it", async (_, names) => {
      const { clock, ca, manager, secure, plain, events } = await serve(names, type);
      const { signal } = new AbortController();
      const until = async (isDone: () => boolean): Promise<void> => {
        while (!isDone()) {
          await new Promise<void>((resolve) => setImmediate(resolve));
          await clock.advance(20);
        }
      };
      await until(() => events.includes("issued") || events.includes("failed"));
      expect(events).not.toContain("failed");
      const first = manager.current()?.chain.fingerprint256;
      expect(await secure.shownFingerprint(signal)).toBe(first);
      const renewal = manager.renewNow({ force: true });
      await until(() => events.includes("renewed") || events.includes("failed"));
      expect((await renewal).state).toBe("ok");
      expect(await secure.shownFingerprint(signal)).toBe(manager.current()?.chain.fingerprint256);
      expect(manager.current()?.chain.fingerprint256).not.toBe(first);
      expect(ca.issued).toHaveLength(2);
      await manager[Symbol.asyncDispose]();
      await Promise.all([secure.close({ graceMs: 0 }), plain.close({ graceMs: 0 })]);
    });
  },
);
