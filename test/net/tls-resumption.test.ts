import { afterEach, describe, expect, it } from "vitest";
import type { CertificatePair } from "../../src/certs/generations/certificate-pair.ts";
import { MemoryStorage } from "../../src/certs/memory-storage.ts";
import { TicketKeeper } from "../../src/certs/tickets/ticket-keeper.ts";
import { TICKET_KEY_LIFE_MS } from "../../src/certs/tickets/ticket-keys.ts";
import { type HttpsListener, listenHttps } from "../../src/net/tls-listener.ts";
import { makePair } from "../certs/make-pair.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { trySession } from "../support/tls-session.ts";

const NAMES = ["docs.example.com"];
const pemOf = ({ certPem, keyPem }: CertificatePair) => ({ cert: certPem, key: keyPem });

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

interface Replica extends HttpsListener {
  stop(): Promise<void>;
}

/** A listener that takes its ticket keys from the storage, as a server does. */
async function replica(
  storage: MemoryStorage,
  clock: FakeClock,
  pair: CertificatePair,
): Promise<Replica> {
  const listener = await listenHttps({
    host: "127.0.0.1",
    port: 0,
    names: NAMES,
    pair: pemOf(pair),
    handler: () => new Response("hello\n"),
  });
  const activate = (key: Buffer): void => listener.useTicketKey(key);
  const keeper = new TicketKeeper({ storage, clock, names: NAMES, activate });
  await keeper.start();
  const stop = async (): Promise<void> => {
    await keeper[Symbol.asyncDispose]();
    await listener.close({ graceMs: 0 });
  };
  stops.push(stop);
  return { ...listener, stop };
}

describe.each(["TLSv1.2", "TLSv1.3"] as const)("a session of %s", (version) => {
  it("is resumed by the same server, after a restart and on another replica", async () => {
    const storage = new MemoryStorage();
    const clock = new FakeClock();
    const pair = makePair();
    const one = await replica(storage, clock, pair);
    const other = await replica(storage, clock, pair);
    const first = await trySession({ port: one.port, version });
    expect(first.isResumed).toBe(false);
    const { session } = first;
    expect((await trySession({ port: one.port, version, session })).isResumed).toBe(true);
    const elsewhere = await trySession({ port: other.port, version, session });
    expect(elsewhere.isResumed).toBe(true);
    await one.stop();
    const again = await replica(storage, clock, pair);
    // And what a resumed connection was given is as good.
    const back = await trySession({ port: again.port, version, session: elsewhere.session });
    expect(back.isResumed).toBe(true);
  });

  it("is not resumed where there is another storage", async () => {
    const clock = new FakeClock();
    const pair = makePair();
    const one = await replica(new MemoryStorage(), clock, pair);
    const stranger = await replica(new MemoryStorage(), clock, pair);
    const { session } = await trySession({ port: one.port, version });
    expect((await trySession({ port: stranger.port, version, session })).isResumed).toBe(false);
  });

  it("is not resumed once the key is changed; a new one is, everywhere", async () => {
    const storage = new MemoryStorage();
    const clock = new FakeClock();
    const pair = makePair();
    const one = await replica(storage, clock, pair);
    const other = await replica(storage, clock, pair);
    const { session } = await trySession({ port: one.port, version });
    await clock.advance(TICKET_KEY_LIFE_MS);
    const next = await trySession({ port: one.port, version, session });
    expect(next.isResumed).toBe(false);
    const elsewhere = await trySession({ port: other.port, version, session: next.session });
    expect(elsewhere.isResumed).toBe(true);
  });

  it("does not outlive the chain that it was made under, nor its placeholder", async () => {
    const storage = new MemoryStorage();
    const clock = new FakeClock();
    const before = makePair();
    const after = makePair();
    const one = await replica(storage, clock, before);
    const { session } = await trySession({ port: one.port, version });
    one.swap(pemOf(after));
    const next = await trySession({ port: one.port, version, session });
    expect(next).toMatchObject({
      isResumed: false,
      fingerprint256: after.chain.fingerprint256,
    });
    const resumed = await trySession({ port: one.port, version, session: next.session });
    expect(resumed.isResumed).toBe(true);
    // The same key, and the chain from before: as on a replica that has not got the news yet.
    one.swap(pemOf(before));
    expect((await trySession({ port: one.port, version, session })).isResumed).toBe(true);
  });
});
