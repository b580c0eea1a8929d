import {
  chmod,
  copyFile,
  mkdtemp,
  readFile,
  readlink,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FileStorage } from "../../../src/certs/file-storage.ts";
import { type CertificatePair, readPair } from "../../../src/certs/generations/certificate-pair.ts";
import { Generations } from "../../../src/certs/generations/generations.ts";
import { MemoryStorage } from "../../../src/certs/memory-storage.ts";
import { loadText, type Storage } from "../../../src/certs/storage.ts";
import { DocportError } from "../../../src/lib/errors.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { makePair } from "../make-pair.ts";

const NAMES = ["docs.example.com"];
const CERT = "docs.example.com.cert.pem";
const KEY = "docs.example.com.key.pem";
const ACME = { source: "acme", ca: "https://ca.test/dir" } as const;
const open = (storage: Storage, clock = new FakeClock()): Generations =>
  new Generations({ storage, names: NAMES, clock });

/** What anybody else's server would read. */
async function visible(storage: Storage): Promise<CertificatePair | undefined> {
  return readPair((await loadText(storage, CERT)) ?? "", (await loadText(storage, KEY)) ?? "").pair;
}
const put = async (storage: Storage, cert: string, key: string): Promise<void> => {
  await storage.store(CERT, cert);
  await storage.store(KEY, key);
};

describe("Generations", () => {
  it("is empty at first", async () => {
    expect(await open(new MemoryStorage()).survey()).toEqual({
      broken: [],
      visible: { kind: "behind" },
    });
  });

  it("keeps the newest as current, and shows the one that was published", async () => {
    const storage = new MemoryStorage();
    const generations = open(storage);
    const first = await generations.add(makePair(), ACME);
    await generations.publish(first);
    const second = await generations.add(makePair(), { ...ACME, profile: "shortlived" });
    expect((await visible(storage))?.certPem).toBe(first.pair.certPem);
    const survey = await generations.survey();
    expect(survey.current).toMatchObject({ id: "000002", source: "acme", profile: "shortlived" });
    expect(survey.visible.kind).toBe("behind");
    await generations.publish(second);
    expect((await generations.survey()).visible.kind).toBe("current");
    expect((await visible(storage))?.certPem).toBe(second.pair.certPem);
  });

  it.each([
    ["for another name", () => makePair({ names: ["other.example.com"] }), "not for docs.example"],
    ["that has expired", () => makePair({ notBefore: 0, notAfter: 1_000 }), "expired"],
    ["from next year", () => makePair({ notBefore: Date.UTC(2027, 10, 1) }), "is valid from"],
    ["signed by itself", () => makePair({ isSelfSigned: true }), "signed by itself"],
    [
      "with another key",
      () => ({ ...makePair(), keyPem: makePair().keyPem }),
      "another certificate",
    ],
  ])("does not let a CA's certificate %s in", async (_, make, message) => {
    const storage = new MemoryStorage();
    await expect(open(storage).add(make(), ACME)).rejects.toThrow(message);
    expect(await storage.list("")).toEqual([]);
  });

  it("takes a certificate from a CA whose clock is an hour ahead", async () => {
    const clock = new FakeClock();
    const pair = makePair({ notBefore: clock.now() + 3_600_000 });
    expect(await open(new MemoryStorage(), clock).add(pair, ACME)).toBeDefined();
  });

  it("keeps the last five, and what is in quarantine stays small", async () => {
    const storage = new MemoryStorage();
    const clock = new FakeClock();
    const generations = open(storage, clock);
    for (let i = 0; i < 8; i++) {
      const generation = await generations.add(makePair(), ACME);
      await generations.publish(generation);
      await generations.prune(generation);
    }
    const ids = new Set((await storage.list(".docport")).map((key) => key.split("/")[2]));
    expect([...ids].filter((id) => id?.startsWith("0"))).toHaveLength(5);
    for (let i = 0; i < 5; i++) {
      await clock.advance(1);
      await generations.setAsideVisible("test");
    }
    const kept = await storage.list(".docport/docs.example.com/quarantine");
    expect(kept).toHaveLength(9);
  });

  it("passes over a generation whose writing was killed, at each of its writes", async () => {
    for (let writes = 0; writes < 3; writes++) {
      const storage = new MemoryStorage();
      const generations = open(storage);
      const good = await generations.add(makePair(), ACME);
      let left = writes;
      const store = storage.store.bind(storage);
      storage.store = (key, value) =>
        left-- > 0 ? store(key, value) : Promise.reject(new Error("killed"));
      await expect(generations.add(makePair(), ACME)).rejects.toThrow("killed");
      storage.store = store;
      const survey = await open(storage).survey();
      expect(survey.current?.id).toBe(good.id);
      const next = await open(storage).add(makePair(), ACME);
      expect((await open(storage).survey()).current?.id).toBe(next.id);
    }
  });

  it.each([
    ["a truncated certificate", "cert.pem", (text: string) => text.slice(0, 300)],
    ["an empty key", "key.pem", () => ""],
    ["another key", "key.pem", () => makePair().keyPem],
    ["swapped files", "cert.pem", () => makePair().keyPem],
    ["binary garbage", "cert.pem", () => "\0\x01\x02"],
  ])(
    "goes back to the one before when it finds %s, and sets the broken one aside",
    async (_, file, damage) => {
      const storage = new MemoryStorage();
      const generations = open(storage);
      const first = await generations.add(makePair(), ACME);
      const second = await generations.add(makePair(), ACME);
      await generations.publish(second);
      const key = `.docport/docs.example.com/000002/${file}`;
      await storage.store(key, damage((await loadText(storage, key)) ?? ""));
      const survey = await generations.survey();
      expect(survey.current?.id).toBe(first.id);
      expect(survey.broken).toMatchObject([{ id: "000002", kind: "corrupt" }]);
      await generations.quarantine("000002", survey.broken[0]?.reason ?? "");
      await generations.publish(first);
      expect(await generations.survey()).toMatchObject({
        broken: [],
        visible: { kind: "current" },
      });
      const aside = await storage.list(".docport/docs.example.com/quarantine");
      expect(aside.map((each) => each.split("/").at(-1))).toEqual([
        "cert.pem",
        "key.pem",
        "reason.txt",
      ]);
    },
  );
});

describe("a user's own files", () => {
  it("may be signed by nobody in particular", async () => {
    const storage = new MemoryStorage();
    const nameless = makePair({ isSelfSigned: true, subject: "" });
    await put(storage, nameless.certPem, nameless.keyPem);
    expect((await open(storage).survey()).visible).toMatchObject({ kind: "new" });
  });

  it("are found, and adopted without changing a byte of them", async () => {
    const storage = new MemoryStorage();
    const pair = makePair({ names: ["docs.example.com", "www.example.com"] });
    await put(storage, pair.certPem, pair.keyPem);
    const generations = open(storage);
    const { current, visible: found } = await generations.survey();
    expect(current).toBeUndefined();
    expect(found).toMatchObject({ kind: "new" });
    await generations.publish(await generations.add(pair, { source: "user" }));
    expect(await generations.survey()).toMatchObject({
      current: { source: "user" },
      visible: { kind: "current" },
    });
    expect((await visible(storage))?.certPem).toBe(pair.certPem);
  });

  it("win over ours when they are good, and not when they are for another name or expired", async () => {
    const storage = new MemoryStorage();
    const generations = open(storage);
    await generations.publish(await generations.add(makePair(), ACME));
    const putAndLook = async (pair: CertificatePair): Promise<string> => {
      await put(storage, pair.certPem, pair.keyPem);
      return (await generations.survey()).visible.kind;
    };
    expect(await putAndLook(makePair())).toBe("new");
    expect(await putAndLook(makePair({ names: ["other.example.com"] }))).toBe("bad");
    expect(await putAndLook(makePair({ notBefore: 0, notAfter: 9 }))).toBe("bad");
    expect(await putAndLook(makePair({ names: ["*.example.com"] }))).toBe("new");
  });

  it("are better than nothing even when they have expired", async () => {
    const storage = new MemoryStorage();
    const pair = makePair({ notBefore: 0, notAfter: 9 });
    await put(storage, pair.certPem, pair.keyPem);
    expect((await open(storage).survey()).visible).toMatchObject({ kind: "new" });
  });

  it("are left where they are while they are half there", async () => {
    const storage = new MemoryStorage();
    await storage.store(CERT, makePair().certPem);
    const survey = await open(storage).survey();
    expect(survey.visible).toMatchObject({
      kind: "bad",
      reason: "The private key cannot be read.",
    });
  });

  it("are an older generation when the switch was killed before it was seen", async () => {
    const storage = new MemoryStorage();
    const generations = open(storage);
    const first = await generations.add(makePair(), ACME);
    await put(storage, first.pair.certPem, first.pair.keyPem);
    await generations.add(makePair(), ACME);
    expect((await generations.survey()).visible.kind).toBe("behind");
  });
});

describe("on a real disk", () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "docport-generations-"));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it("switches both files in one rename, keys 0600", async () => {
    const storage = new FileStorage(join(root, "a"));
    const generations = open(storage);
    const first = await generations.add(makePair(), ACME);
    await generations.publish(first);
    expect(await readlink(join(root, "a", CERT))).toBe(".docport/docs.example.com/live/cert.pem");
    expect(await readlink(join(root, "a/.docport/docs.example.com/live"))).toBe("000001");
    expect((await stat(join(root, "a", KEY))).mode & 0o777).toBe(0o600);
    const second = await generations.add(makePair(), ACME);
    // Not a file moves but the one link: whoever opens by name finds the one pair or the other.
    await storage.link(".docport/docs.example.com/live", ".docport/docs.example.com/000002");
    expect(await readFile(join(root, "a", CERT), "utf8")).toBe(second.pair.certPem);
    expect(await readFile(join(root, "a", KEY), "utf8")).toBe(second.pair.keyPem);
  });

  it("adopts what `cp` wrote through the links, and what it overwrote comes from nowhere else", async () => {
    const storage = new FileStorage(join(root, "b"));
    const generations = open(storage);
    const older = await generations.add(makePair(), ACME);
    await generations.publish(await generations.add(makePair(), ACME));
    const mine = makePair();
    await writeFile(join(root, "mine.cert"), mine.certPem);
    await writeFile(join(root, "mine.key"), mine.keyPem);
    await copyFile(join(root, "mine.cert"), join(root, "b", CERT));
    const half = await generations.survey();
    expect(half).toMatchObject({ current: { id: older.id }, visible: { kind: "behind" } });
    await copyFile(join(root, "mine.key"), join(root, "b", KEY));
    const survey = await generations.survey();
    expect(survey.broken).toMatchObject([{ kind: "changed" }]);
    expect(survey.visible).toMatchObject({ kind: "new", pair: { certPem: mine.certPem } });
  });

  it("narrows a key that was put there readable for all", async () => {
    const storage = new FileStorage(join(root, "c"));
    const mine = makePair();
    await put(storage, mine.certPem, mine.keyPem);
    await chmod(join(root, "c", KEY), 0o644);
    await open(storage).survey();
    expect((await stat(join(root, "c", KEY))).mode & 0o777).toBe(0o600);
  });

  it("makes copies where there are no links", async () => {
    const storage = new MemoryStorage();
    storage.link = () => Promise.reject(new DocportError("ERR_STORAGE_LINK", "none here"));
    const generations = open(storage);
    const generation = await generations.add(makePair(), ACME);
    await generations.publish(generation);
    expect((await visible(storage))?.certPem).toBe(generation.pair.certPem);
    expect((await generations.survey()).visible.kind).toBe("current");
  });
});
