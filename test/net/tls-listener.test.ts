import { Agent, get, type RequestOptions } from "node:https";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { identifierOf, tlsAlpnServerName } from "../../src/acme/identifier.ts";
import { createTlsAlpnCertificate } from "../../src/acme/tls-alpn-certificate.ts";
import { TlsAlpnChallenges } from "../../src/certs/challenges/tls-alpn-challenges.ts";
import type { CertificatePair } from "../../src/certs/generations/certificate-pair.ts";
import {
  type HttpsListener,
  type ListenHttpsOptions,
  listenHttps,
} from "../../src/net/tls-listener.ts";
import { tlsAlpnSelfCheck } from "../../src/net/tls-self-check.ts";
import { makePair } from "../certs/make-pair.ts";

const NAMES = ["docs.example.com"];
const HOST = "127.0.0.1";
const { signal } = new AbortController();
const pemOf = ({ certPem, keyPem }: CertificatePair) => ({ cert: certPem, key: keyPem });

let listener: HttpsListener | undefined;
afterEach(async () => {
  await listener?.close({ graceMs: 0 });
  listener = undefined;
});

async function open(options: Partial<ListenHttpsOptions> = {}): Promise<HttpsListener> {
  listener = await listenHttps({
    host: HOST,
    port: 0,
    names: NAMES,
    handler: () => new Response("hello\n"),
    ...options,
  });
  return listener;
}

function handshake(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: HOST,
      port,
      servername: NAMES[0] ?? "",
      rejectUnauthorized: false,
      ...options,
    });
    socket.once("secureConnect", () => resolve(socket));
    socket.once("error", reject);
  });
}

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
  readonly fingerprint: string;
}

function fetchFrom(port: number, options: RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get({ host: HOST, port, path: "/", rejectUnauthorized: false, ...options }, (incoming) => {
      let body = "";
      const socket = incoming.socket as TLSSocket;
      const fingerprint = socket.getPeerCertificate().fingerprint256;
      incoming.on("data", (chunk) => (body += String(chunk)));
      incoming.on("end", () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body, fingerprint }),
      );
    }).on("error", reject);
  });
}

describe("listenHttps", () => {
  it("serves over HTTPS, with HSTS, and shows the pair", async () => {
    const pair = makePair();
    const tls = await open({ pair: pemOf(pair) });
    const answer = await fetchFrom(tls.port);
    expect(answer).toMatchObject({ status: 200, body: "hello\n" });
    expect(answer.headers["strict-transport-security"]).toBe("max-age=31536000");
    expect(answer.fingerprint).toBe(pair.chain.fingerprint256);
    expect(await tls.shownFingerprint(signal)).toBe(pair.chain.fingerprint256);
    expect(tls.url).toBe(`https://localhost:${tls.port}`);
  });

  it("shows a placeholder until it has one, and no HSTS when told so", async () => {
    const tls = await open({ hsts: false });
    const socket = await handshake(tls.port);
    expect(socket.getPeerCertificate().subject.CN).toBe("docport has no certificate yet");
    socket.destroy();
    await expect(fetchFrom(tls.port, { rejectUnauthorized: true })).rejects.toThrow(/self.signed/);
    expect((await fetchFrom(tls.port)).headers["strict-transport-security"]).toBeUndefined();
  });

  it("swaps for new connections while an open one lives on", async () => {
    const first = makePair();
    const second = makePair();
    const tls = await open({ pair: pemOf(first) });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = await fetchFrom(tls.port, { agent });
    tls.swap(pemOf(second));
    const after = await fetchFrom(tls.port, { agent });
    expect([before.fingerprint, after.fingerprint]).toEqual([
      first.chain.fingerprint256,
      first.chain.fingerprint256,
    ]);
    expect((await fetchFrom(tls.port)).fingerprint).toBe(second.chain.fingerprint256);
    expect(await tls.shownFingerprint(signal)).toBe(second.chain.fingerprint256);
    agent.destroy();
  });

  it("fails no request over twenty swaps", async () => {
    const tls = await open({ pair: pemOf(makePair()) });
    const pairs = [makePair(), makePair()].map(pemOf);
    for (let i = 0; i < 20; i++) {
      const requests = Array.from({ length: 6 }, async (_, n) => {
        const pair = pairs[i % 2];
        if (n === 3 && pair) tls.swap(pair);
        return (await fetchFrom(tls.port)).status;
      });
      expect(await Promise.all(requests)).toEqual([200, 200, 200, 200, 200, 200]);
    }
  });

  it("keeps the one before when it is given nonsense", async () => {
    const pair = makePair();
    const tls = await open({ pair: pemOf(pair) });
    expect(() => tls.swap({ cert: pair.certPem, key: makePair().keyPem })).toThrow(
      /key values mismatch/,
    );
    expect(() => tls.swap({ cert: "nonsense", key: "nonsense" })).toThrow(/PEM|no start line/i);
    expect(await tls.shownFingerprint(signal)).toBe(pair.chain.fingerprint256);
  });

  it.each(["TLSv1", "TLSv1.1"] as const)("refuses %s", async (version) => {
    const tls = await open();
    const old = {
      minVersion: version,
      maxVersion: version,
      ciphers: "DEFAULT@SECLEVEL=0",
    } as const;
    await expect(handshake(tls.port, old)).rejects.toThrow(/alert|version|protocol/i);
  });

  it("speaks TLS 1.2 with forward secrecy only, and 1.3", async () => {
    const tls = await open({ pair: pemOf(makePair()) });
    const twelve = await handshake(tls.port, { maxVersion: "TLSv1.2" });
    expect(twelve.getCipher().name).toMatch(/^ECDHE-ECDSA-.*(GCM|CHACHA20)/);
    twelve.destroy();
    const cbc = { maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-SHA:AES128-SHA" } as const;
    await expect(handshake(tls.port, cbc)).rejects.toThrow(/handshake failure/);
    const thirteen = await handshake(tls.port);
    expect(thirteen.getProtocol()).toBe("TLSv1.3");
    thirteen.destroy();
  });

  it("offers HTTP/1.1 by ALPN, and nothing to a client that wants something else", async () => {
    const tls = await open();
    const socket = await handshake(tls.port, { ALPNProtocols: ["h2", "http/1.1"] });
    expect(socket.alpnProtocol).toBe("http/1.1");
    socket.destroy();
    await expect(handshake(tls.port, { ALPNProtocols: ["h2"] })).rejects.toThrow(
      /no application protocol/,
    );
    await expect(handshake(tls.port, { ALPNProtocols: ["acme-tls/1"] })).rejects.toThrow(
      /no application protocol/,
    );
  });

  it("says what is wrong when the port is taken", async () => {
    const tls = await open();
    await expect(
      listenHttps({ host: HOST, port: tls.port, names: NAMES, handler: () => new Response() }),
    ).rejects.toMatchObject({ code: "ERR_LISTEN_IN_USE" });
  });

  it("cannot prove what is not there any more", async () => {
    const tls = await open();
    await tls.close({ graceMs: 0 });
    await expect(tls.shownFingerprint(signal)).rejects.toThrow("ECONNREFUSED");
    const stopped = AbortSignal.abort(new Error("stopped"));
    await expect(tls.shownFingerprint(stopped)).rejects.toThrow("stopped");
  });
});

describe.each(["TLSv1.2", "TLSv1.3"] as const)("TLS-ALPN-01 under %s", (version) => {
  it.each(["docs.example.com", "192.0.2.7", "2001:db8::1"])(
    "shows the challenge certificate for %s on the port that serves, and ends",
    async (name) => {
      const challenges = new TlsAlpnChallenges();
      const pair = makePair();
      const tls = await open({ pair: pemOf(pair), challenges });
      const identifier = identifierOf(name);
      const challenge = { identifier, token: "t", keyAuthorization: "t.x" };
      const made = await createTlsAlpnCertificate({ ...challenge, now: Date.now() });
      const servername = tlsAlpnServerName(identifier);
      const remove = challenges.add(servername, {
        cert: made.certificatePem,
        key: made.privateKeyPem,
      });
      const options = { servername, minVersion: version, maxVersion: version };
      const socket = await handshake(tls.port, { ...options, ALPNProtocols: ["acme-tls/1"] });
      expect(socket.alpnProtocol).toBe("acme-tls/1");
      const shown = socket.getPeerCertificate();
      expect(
        shown.raw.equals(
          Buffer.from(made.certificatePem.replaceAll(/-----.*-----|\s/g, ""), "base64"),
        ),
      ).toBe(true);
      await new Promise((resolve) => socket.resume().once("close", resolve));
      expect(
        await tlsAlpnSelfCheck({ host: HOST, port: tls.port })(challenge, signal),
      ).toBeUndefined();
      // Everybody else, meanwhile, and the same name.
      const other = await handshake(tls.port, { ...options, ALPNProtocols: ["http/1.1"] });
      expect(other.getPeerCertificate().fingerprint256).toBe(pair.chain.fingerprint256);
      other.destroy();
      remove();
      await expect(
        tlsAlpnSelfCheck({ host: HOST, port: tls.port })(challenge, signal),
      ).rejects.toThrow(/no application protocol/);
    },
  );
});
