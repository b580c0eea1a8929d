import { describe, expect, it } from "vitest";
import { identifierOf } from "../../src/acme/identifier.ts";
import { HttpChallenges } from "../../src/certs/challenges/http-challenges.ts";
import { listenHttp } from "../../src/net/http-listener.ts";
import { createRedirectHandler } from "../../src/net/tls-redirect.ts";
import { httpSelfCheck } from "../../src/net/tls-self-check.ts";

const challenges = new HttpChallenges();
challenges.add("tok", "tok.thumb");
const handler = createRedirectHandler({
  challenges,
  names: ["docs.example.com", "*.wild.example.com", "2001:db8::1", "192.0.2.7"],
});
const ask = async (url: string, init?: RequestInit): Promise<Response> =>
  await handler(new Request(url, init));

describe("the plain HTTP port", () => {
  it("answers the challenge, for any Host, and only by reading", async () => {
    const url = "http://elsewhere.test/.well-known/acme-challenge/tok";
    const answer = await ask(url);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("application/octet-stream");
    expect(await answer.text()).toBe("tok.thumb");
    expect((await ask(url, { method: "HEAD" })).status).toBe(200);
    expect((await ask(url, { method: "POST" })).status).toBe(404);
    expect((await ask("http://docs.example.com/.well-known/acme-challenge/other")).status).toBe(
      404,
    );
  });

  it.each([
    ["http://docs.example.com/", "https://docs.example.com/"],
    ["http://docs.example.com:80/a/b?q=1", "https://docs.example.com/a/b?q=1"],
    ["http://docs.example.com:8080/", "https://docs.example.com/"],
    ["http://DOCS.example.com/", "https://docs.example.com/"],
    ["http://x.wild.example.com/p", "https://x.wild.example.com/p"],
    ["http://[2001:db8::1]/", "https://[2001:db8::1]/"],
    ["http://192.0.2.7/", "https://192.0.2.7/"],
    ["http://docs.example.com//evil.test/", "https://docs.example.com//evil.test/"],
    ["http://docs.example.com/\\evil.test", "https://docs.example.com//evil.test"],
  ])("redirects %s to %s, the method kept", async (from, to) => {
    for (const method of ["GET", "POST"]) {
      const answer = await ask(from, { method });
      expect([answer.status, answer.headers.get("location")]).toEqual([308, to]);
    }
  });

  it.each([
    "evil.test",
    "docs.example.com.evil.test",
    "192.0.2.8",
    "x.y.wild.example.com",
    "localhost",
  ])("redirects nobody who came as %s", async (host) => {
    const answer = await ask(`http://${host}/`);
    expect(answer.status).toBe(421);
    expect(answer.headers.get("location")).toBeNull();
  });

  it("names the port of HTTPS when it is another one", async () => {
    const other = createRedirectHandler({ challenges, names: ["a.test"], httpsPort: 8443 });
    const answer = await other(new Request("http://a.test/x"));
    expect(answer.headers.get("location")).toBe("https://a.test:8443/x");
  });
});

describe("the self-check of HTTP-01", () => {
  it("sees what the CA would see", async () => {
    await using listener = await listenHttp({ host: "127.0.0.1", port: 0, handler });
    const check = httpSelfCheck({ host: "127.0.0.1", port: listener.port });
    const { signal } = new AbortController();
    const challenge = (token: string, name = "docs.example.com") => ({
      identifier: identifierOf(name),
      token,
      keyAuthorization: "tok.thumb",
    });
    expect(await check(challenge("tok"), signal)).toBeUndefined();
    expect(await check(challenge("tok", "2001:db8::1"), signal)).toBeUndefined();
    expect(await check(challenge("other"), signal)).toContain("404");
    const wrong = { ...challenge("tok"), keyAuthorization: "else" };
    expect(await check(wrong, signal)).toBe("our own listener gives another answer");
    await listener.close({ graceMs: 0 });
    await expect(check(challenge("tok"), signal)).rejects.toThrow("ECONNREFUSED");
  });
});
