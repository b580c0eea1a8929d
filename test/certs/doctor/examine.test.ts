import type { CaaRecord } from "node:dns";
import { describe, expect, it } from "vitest";
import type { Directory } from "../../../src/acme/directory.ts";
import type {
  DoctorCase,
  DoctorWorld,
  HttpAnswer,
} from "../../../src/certs/doctor/doctor-world.ts";
import { examine } from "../../../src/certs/doctor/examine.ts";
import type { Finding } from "../../../src/certs/doctor/finding.ts";
import { MemoryStorage } from "../../../src/certs/memory-storage.ts";
import { DocportError } from "../../../src/lib/errors.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const NAME = "docs.example.com";
const ADDRESS = "203.0.113.7";
const HOUR = 3_600_000;
const SUBJECT: DoctorCase = {
  names: [NAME],
  port: 443,
  acmePort: 80,
  certs: "/srv/certs",
  challenges: ["tls-alpn-01", "http-01"],
  ca: "ca.test",
  profile: undefined,
  hasAccountBinding: false,
};
const DIRECTORY: Directory = {
  newNonce: "https://ca.test/n",
  newAccount: "https://ca.test/a",
  newOrder: "https://ca.test/o",
  revokeCert: "https://ca.test/r",
  keyChange: "https://ca.test/k",
  renewalInfo: undefined,
  termsOfService: undefined,
  website: undefined,
  caaIdentities: ["ca.example"],
  externalAccountRequired: false,
  profiles: new Map([["classic", "90 days"]]),
};
const ACCOUNT = "https://ca.test/account/1";

const dnsError = (code: string): Error => Object.assign(new Error(code), { code });
const noData = (): Promise<never> => Promise.reject(dnsError("ENODATA"));
const nonceOf = (path: string): string => path.split("/").at(-1) ?? "";
const echo = ({ path }: { readonly path: string }): Promise<HttpAnswer> =>
  Promise.resolve({ status: 200, location: undefined, body: nonceOf(path) });

/** A world in which all is well. */
function healthy(): DoctorWorld {
  return {
    clock: new FakeClock(),
    resolver: {
      resolve4: () => Promise.resolve([ADDRESS]),
      resolve6: noData,
      resolveCaa: noData,
    },
    ownAddresses: () => ["127.0.0.1", "10.0.0.5"],
    askCa: () => Promise.resolve({ directory: DIRECTORY, clockOffsetMs: 900 }),
    accountUrl: () => Promise.resolve(ACCOUNT),
    listen: () => Promise.resolve({ kind: "ours", close: () => Promise.resolve() }),
    get: echo,
    storage: new MemoryStorage(),
    mountInfo: () => Promise.resolve("1 0 8:1 / / rw - ext4 /dev/sda1 rw"),
    status: () =>
      Promise.resolve({
        names: [NAME],
        state: "missing",
        isReady: false,
        isFollower: false,
        ordersLeft: 5,
      }),
    random: () => 0.5,
  };
}

async function look(
  world: Partial<DoctorWorld> = {},
  subject: Partial<DoctorCase> = {},
): Promise<readonly Finding[]> {
  const { signal } = new AbortController();
  return await examine({ ...healthy(), ...world }, { ...SUBJECT, ...subject }, signal);
}

const bad = (findings: readonly Finding[]): readonly string[] =>
  findings
    .filter(({ severity }) => severity !== "good")
    .map(({ severity, check, sentence }) => `${severity} ${check}: ${sentence}`);

const resolver = (change: Partial<DoctorWorld["resolver"]>): Partial<DoctorWorld> => ({
  resolver: { ...healthy().resolver, ...change },
});

/** CAA records by name. */
const caa = (records: Readonly<Record<string, readonly Partial<CaaRecord>[]>>) =>
  resolver({
    resolveCaa: (name) =>
      records[name]
        ? Promise.resolve(records[name].map((record) => ({ critical: 0, ...record })))
        : noData(),
  });

const closed = (
  code: "ERR_LISTEN_IN_USE" | "ERR_LISTEN_DENIED",
  on?: number,
): Partial<DoctorWorld> => ({
  listen: (port) =>
    on === undefined || port === on
      ? Promise.resolve({
          kind: "closed",
          error: new DocportError(code, `Port ${port} is closed`, { hint: "Use --port." }),
        })
      : healthy().listen(port),
});

const answers = (answer: Partial<HttpAnswer>): Partial<DoctorWorld> => ({
  get: () => Promise.resolve({ status: 200, location: undefined, body: "hello", ...answer }),
});

describe("the doctor", () => {
  it("finds nothing wrong where nothing is", async () => {
    const findings = await look();
    expect(bad(findings)).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining(["dns", "reach", "caa", "ports", "ca", "clock", "storage", "limits"]),
    );
  });

  it.each<[string, Partial<DoctorWorld>, Partial<DoctorCase>, RegExp]>([
    [
      "no address",
      resolver({ resolve4: noData }),
      {},
      /^problem dns: docs.example.com has no address/,
    ],
    [
      "SERVFAIL for A",
      resolver({ resolve4: () => Promise.reject(dnsError("ESERVFAIL")) }),
      {},
      /^problem dns: DNS fails \(SERVFAIL\).*A records/,
    ],
    [
      "SERVFAIL for AAAA alone",
      resolver({ resolve6: () => Promise.reject(dnsError("ESERVFAIL")) }),
      {},
      /^problem dns: .*AAAA records/,
    ],
    [
      "a resolver that refuses",
      resolver({ resolve4: () => Promise.reject(dnsError("EREFUSED")) }),
      {},
      /^warning dns: .*EREFUSED/,
    ],
    [
      "a private address",
      resolver({ resolve4: () => Promise.resolve(["192.168.1.4"]) }),
      {},
      /^warning dns: .*cannot be reached from the internet/,
    ],
    [
      "somebody else's server",
      answers({}),
      {},
      /^problem reach: Another server than this one answers at 203.0.113.7/,
    ],
    [
      "no way back to itself",
      { get: () => Promise.reject(new Error("connect ETIMEDOUT")) },
      {},
      /^unknown reach: .*cannot be seen from here \(connect ETIMEDOUT\)/,
    ],
    [
      "its port taken",
      closed("ERR_LISTEN_IN_USE"),
      {},
      /^unknown reach: .*port for it could not be opened/,
    ],
    ["443 taken", closed("ERR_LISTEN_IN_USE", 443), {}, /^warning ports: Port 443/],
    ["443 not allowed", closed("ERR_LISTEN_DENIED", 443), {}, /^problem ports: Port 443/],
    ["80 not allowed", closed("ERR_LISTEN_DENIED", 80), {}, /^warning ports: Port 80/],
    [
      "another port",
      {},
      { port: 8443 },
      /^warning ports: Docport listens on port 8443, and the CA comes to port 443/,
    ],
    [
      "a redirect to another host",
      answers({ status: 301, location: "http://www.example.com/" }),
      {},
      /^warning redirect: docs.example.com redirects the CA to www.example.com/,
    ],
    [
      "a redirect to another port",
      answers({ status: 302, location: "https://docs.example.com:8443/" }),
      {},
      /^problem redirect: .*ports 80 and 443 only/,
    ],
    [
      "a redirect to HTTPS",
      answers({ status: 308, location: "https://docs.example.com/x" }),
      {},
      /^warning redirect: .*redirects the challenge to HTTPS/,
    ],
    [
      "a redirect in a circle",
      answers({ status: 302, location: "/again" }),
      {},
      /^problem redirect: .*more than 10 times/,
    ],
    [
      "a redirect to another scheme",
      answers({ status: 302, location: "ftp://docs.example.com/" }),
      {},
      /^problem redirect: .*http and https only/,
    ],
    [
      "a redirect to no URL",
      answers({ status: 302, location: "http://[" }),
      {},
      /^problem redirect: .*no URL/,
    ],
    [
      "a CA that is down",
      { askCa: () => Promise.reject(new Error("ECONNREFUSED")) },
      {},
      /^problem ca: ca.test cannot be asked: ECONNREFUSED/,
    ],
    [
      "a CA for customers",
      {
        askCa: () =>
          Promise.resolve({
            directory: { ...DIRECTORY, externalAccountRequired: true },
            clockOffsetMs: 0,
          }),
      },
      {},
      /^problem ca: .*customers of its own/,
    ],
    [
      "a profile that is not there",
      {},
      { profile: "fancy" },
      /^warning ca: .*no profile fancy.*classic/,
    ],
    [
      "an address without the profile for it",
      {},
      { names: [ADDRESS] },
      /^warning ca: .*no profile shortlived/,
    ],
    [
      "a clock that is an hour ahead",
      { askCa: () => Promise.resolve({ directory: DIRECTORY, clockOffsetMs: -HOUR }) },
      {},
      /^warning clock: .*1 hour ahead of the CA's/,
    ],
    [
      "a clock that is days behind",
      { askCa: () => Promise.resolve({ directory: DIRECTORY, clockOffsetMs: 72 * HOUR }) },
      {},
      /^problem clock: .*3 days behind the CA's/,
    ],
    ["a clock that was never set", { clock: new FakeClock(0) }, {}, /^problem clock: .*1970/],
    [
      "a folder in memory",
      {
        mountInfo: () =>
          Promise.resolve("1 0 8:1 / / rw - ext4 d rw\n2 1 0:5 / /srv/certs rw - tmpfs tmpfs rw"),
      },
      {},
      /^warning storage: .*in memory \(tmpfs\)/,
    ],
    [
      "a folder in a container",
      { mountInfo: () => Promise.resolve("1 0 0:9 / / rw - overlay overlay rw") },
      {},
      /^warning storage: .*container/,
    ],
    [
      "limits that are used up",
      {
        status: () =>
          Promise.resolve({
            names: [NAME],
            state: "missing",
            isReady: false,
            isFollower: false,
            next: { action: "wait", at: Date.UTC(2026, 10, 23), because: "rate-limit" },
          }),
      },
      {},
      /^warning limits: .*before 2026-11-23 00:00 UTC: the CA's limits/,
    ],
    [
      "limits that nearly are",
      {
        status: () =>
          Promise.resolve({
            names: [NAME],
            state: "missing",
            isReady: false,
            isFollower: false,
            ordersLeft: 1,
          }),
      },
      {},
      /^warning limits: .*1 more order for/,
    ],
  ])("sees %s", async (_, world, subject, expected) => {
    const found = await look(world, subject);
    expect(bad(found)).toContainEqual(expect.stringMatching(expected));
    for (const { severity, fix } of found) expect(fix === undefined).toBe(severity === "good");
  });

  it("takes an address of this computer's for its own without asking", async () => {
    const findings = await look({
      ...resolver({ resolve4: () => Promise.resolve(["10.0.0.5"]) }),
      get: () => Promise.reject(new Error("not asked for its address")),
    });
    expect(findings.map(({ sentence }) => sentence)).toContain(
      "10.0.0.5 is an address of this computer.",
    );
  });

  it("tells an IPv6 address that leads elsewhere from an IPv4 address that leads here", async () => {
    const findings = await look({
      ...resolver({ resolve6: () => Promise.resolve(["2001:db8::1"]) }),
      get: (question) =>
        question.address === "2001:db8::1"
          ? Promise.resolve({ status: 404, location: undefined, body: "" })
          : echo(question),
    });
    expect(bad(findings)).toEqual([
      expect.stringMatching(/^problem reach: Another server.*2001:db8::1.*status 404/),
    ]);
  });

  it("gives up on a probe that hangs after five seconds", async () => {
    const clock = new FakeClock();
    const { signal } = new AbortController();
    const hang = (): Promise<never> => new Promise(() => {});
    const world = { ...healthy(), clock, get: hang, askCa: hang };
    const examined = examine(world, SUBJECT, signal);
    for (let i = 0; i < 4; i++) await clock.advance(5_000);
    expect(bad(await examined)).toEqual([
      expect.stringMatching(/^problem ca: .*no answer within five seconds/),
      expect.stringMatching(/^unknown reach: .*no answer within five seconds/),
    ]);
  });

  it("stops when it is told to, and closes its ports", async () => {
    const open = new Set<number>();
    const reason = new Error("interrupted");
    const controller = new AbortController();
    const examined = examine(
      {
        ...healthy(),
        askCa: () => {
          controller.abort(reason);
          return new Promise(() => {});
        },
        listen: (port) => {
          open.add(port);
          return Promise.resolve({ kind: "ours", close: async () => void open.delete(port) });
        },
      },
      SUBJECT,
      controller.signal,
    );
    await expect(examined).rejects.toBe(reason);
    expect(open.size).toBe(0);
  });

  it("puts the worst first", async () => {
    const findings = await look({ ...answers({}), ...closed("ERR_LISTEN_DENIED", 80) });
    const order = ["problem", "warning", "unknown", "good"];
    const places = findings.map(({ severity }) => order.indexOf(severity));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });
});

describe("CAA records", () => {
  const only = (value: string) => caa({ [NAME]: [{ issue: value }] });

  it.each<[string, Partial<DoctorWorld>, readonly RegExp[]]>([
    ["that allow the CA", only("ca.example"), []],
    ["that allow it at the parent", caa({ "example.com": [{ issue: "CA.example" }] }), []],
    [
      "that are nearer than those of the parent",
      caa({ [NAME]: [{ issue: "ca.example" }], "example.com": [{ issue: ";" }] }),
      [],
    ],
    [
      "that allow another at the parent",
      caa({ "example.com": [{ issue: "other.example" }] }),
      [/^problem caa: CAA records at example.com allow other.example only/],
    ],
    [
      "that allow another",
      only("other.example"),
      [/^problem caa: .*allow other.example only, so ca.test may not issue/],
    ],
    ["that allow nobody", only(";"), [/^problem caa: .*allow nobody only/]],
    ["that say only where to write", caa({ [NAME]: [{ iodef: "mailto:a@example.com" }] }), []],
    ["for a wildcard only", caa({ [NAME]: [{ issuewild: "other.example" }] }), []],
    ["with a method that works", only("ca.example; validationmethods=dns-01,http-01"), []],
    [
      "with a method that does not",
      only("ca.example; validationmethods=dns-01"),
      [/^problem caa: .*validation by dns-01 only/],
    ],
    ["with our account", only(`ca.example; accounturi=${ACCOUNT}`), []],
    [
      "with another account",
      only("ca.example; accounturi=https://ca.test/account/9"),
      [/^problem caa: .*account\/9; ours is https:\/\/ca.test\/account\/1/],
    ],
    [
      "that are critical and unknown",
      caa({ [NAME]: [{ critical: 128 }] }),
      [/^problem caa: .*critical property/],
    ],
    [
      "that cannot be read",
      resolver({ resolveCaa: () => Promise.reject(dnsError("ESERVFAIL")) }),
      [/^problem caa: DNS fails \(SERVFAIL\)/],
    ],
    [
      "that time out",
      resolver({ resolveCaa: () => Promise.reject(dnsError("ETIMEOUT")) }),
      [/^unknown caa: .*ETIMEOUT/],
    ],
  ])("%s", async (_, world, expected) => {
    const found = bad(await look(world));
    expect(found).toEqual(expected.map((pattern) => expect.stringMatching(pattern) as string));
  });

  it("for a wildcard go by issuewild, and need nothing else of DNS", async () => {
    const world = {
      ...caa({ "example.com": [{ issue: "ca.example" }, { issuewild: "other.example" }] }),
    };
    const found = bad(await look(world, { names: ["*.example.com"] }));
    expect(found).toEqual([expect.stringMatching(/^problem caa: .*other.example only/)]);
  });

  it("bound to an account are no use before there is one", async () => {
    const world = {
      ...only(`ca.example; accounturi=${ACCOUNT}`),
      accountUrl: async () => undefined,
    };
    expect(bad(await look(world))).toEqual([
      expect.stringMatching(/^warning caa: .*there is no account here yet/),
    ]);
  });

  it("cannot be compared with a CA that does not say its names", async () => {
    const directory = { ...DIRECTORY, caaIdentities: [] };
    const askCa: DoctorWorld["askCa"] = () => Promise.resolve({ directory, clockOffsetMs: 0 });
    expect(bad(await look({ ...only("ca.example"), askCa }))).toEqual([
      expect.stringMatching(/^unknown caa: .*could not be found out/),
    ]);
  });
});

describe("a folder that cannot be written", () => {
  it("is a problem with the storage's own fix", async () => {
    class Full extends MemoryStorage {
      override store(): Promise<void> {
        const hint = "Free some space on it.";
        return Promise.reject(new DocportError("ERR_STORAGE_FULL", "The disk is full", { hint }));
      }
    }
    const [first] = await look({ storage: new Full() });
    expect(first).toMatchObject({
      severity: "problem",
      check: "storage",
      sentence: "The disk is full.",
      fix: "Free some space on it.",
    });
  });
});
