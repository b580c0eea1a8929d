import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { HttpChallenges } from "../../src/certs/challenges/http-challenges.ts";
import { listenHttp } from "../../src/net/http-listener.ts";
import { type ReachObserverOptions, reachObserver } from "../../src/net/reach-observer.ts";
import { listenHttps } from "../../src/net/tls-listener.ts";
import { createRedirectHandler } from "../../src/net/tls-redirect.ts";

const NAME = "docs.example.com";
const LISTENING = { host: "127.0.0.1", port: 0, handler: () => new Response() };
const { signal } = new AbortController();

describe("the observer of our own doors", () => {
  it("tells ours from somebody else's, and from none", async () => {
    const http = new HttpChallenges();
    const redirect = createRedirectHandler({ challenges: http, names: [NAME] });
    await using ours = await listenHttps({ ...LISTENING, names: [NAME] });
    await using plain = await listenHttp({ ...LISTENING, handler: redirect });
    await using theirs = await listenHttps({ ...LISTENING, names: [NAME] });
    const look = (ports: ReachObserverOptions["ports"] & object): Promise<string> =>
      reachObserver({
        addresses: () => Promise.resolve(new Map([[NAME, ["127.0.0.1"]]])),
        http,
        ownFingerprint: (inner) => ours.shownFingerprint(inner),
        ports,
      })(signal);
    expect(await look({ https: ours.port, http: plain.port })).toBe("11");
    expect(await look({ https: theirs.port, http: plain.port })).toBe("01");
    // Neither of them speaks the other's protocol.
    expect(await look({ https: plain.port, http: theirs.port })).toBe("00");
  });

  it("says the same of one that hangs up, and nothing where DNS leads nowhere", async () => {
    await using server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const options = {
      http: new HttpChallenges(),
      ownFingerprint: () => Promise.resolve("own"),
      ports: { https: port, http: port },
    };
    const at = (...addresses: string[]): Promise<string> =>
      reachObserver({
        ...options,
        addresses: () => Promise.resolve(new Map([[NAME, addresses]])),
      })(signal);
    expect(await at("127.0.0.1")).toBe("00");
    expect(await at()).toBe("");
  });
});
