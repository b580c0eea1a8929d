import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCommandLine } from "../../src/cli/command-line.ts";
import { ConfigError, describeProblem } from "../../src/config/config-problem.ts";
import { type Config, createConfig, loadConfig } from "../../src/config.ts";

const syntax = {
  name: "serve",
  operands: "SOURCE...",
  groups: ["sources", "server", "tls", "logging"],
  options: {},
} as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "docport-config-"));
});
afterAll(async () => rm(folder, { recursive: true }));

interface Given {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly yaml?: string;
}

async function load({ args = [], env = {}, yaml = "" }: Given): Promise<Config> {
  const cwd = await mkdtemp(join(folder, "cwd-"));
  if (yaml !== "") await writeFile(join(cwd, "docport.yaml"), yaml);
  const { flags, configFile } = readCommandLine(syntax, args, cwd);
  return loadConfig({ flags, env, cwd, ...(configFile === undefined ? {} : { configFile }) });
}

/** The lines that a user would see, one a mistake. */
async function mistakes(given: Given): Promise<string[]> {
  try {
    await load(given);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(describeProblem);
  }
}

describe("workers", () => {
  it.each([
    ["auto", availableParallelism()],
    ["AUTO", availableParallelism()],
    ["3", 3],
  ])("takes %s", async (given, workers) => {
    const config = await loadConfig({ env: { DOCPORT_WORKERS: given }, cwd: "/" });
    expect(config.workers).toBe(Math.min(64, workers));
  });

  it.each(["0", "65", "all", "1.5"])("does not take %s", async (given) => {
    const error = loadConfig({ env: { DOCPORT_WORKERS: given }, cwd: "/" });
    await expect(error).rejects.toThrow(/a whole number from 1 to 64, or auto/);
  });
});

describe("precedence", () => {
  const yaml = "title: From the file\nport: 1\nhost: example.internal\n";
  const env = { DOCPORT_TITLE: "From the environment", DOCPORT_PORT: "2" };

  it("takes flags over variables over the file over defaults", async () => {
    const config = await load({ args: ["--title", "From the flag"], env, yaml });
    expect(config).toMatchObject({
      title: "From the flag",
      port: 2,
      host: "example.internal",
      acmePort: 80,
    });
  });

  it("has defaults that work on this computer", async () => {
    expect(await load({})).toEqual({
      sources: [],
      kind: undefined,
      title: undefined,
      baseUrl: undefined,
      languages: [],
      defaultLanguage: undefined,
      versions: [],
      strict: false,
      maxPages: 200_000,
      maxPageBytes: 10_000_000,
      embeddingsUrl: undefined,
      embeddingsModel: undefined,
      embeddingsKey: undefined,
      embeddingsTimeoutInMs: 300,
      host: "127.0.0.1",
      port: 8080,
      publicUrl: undefined,
      trustProxy: false,
      proxyProtocol: false,
      maxInFlight: 1024,
      requestsPerMinute: 6000,
      registryName: undefined,
      registryProof: undefined,
      openaiChallenge: undefined,
      allowedOrigins: [],
      keysFile: undefined,
      oauthIssuer: undefined,
      oauthAudience: [],
      oauthScope: undefined,
      access: [],
      allowAnonymous: false,
      domain: [],
      tls: "auto",
      acmePort: 80,
      certs: expect.stringMatching(/\/certs$/),
      cache: expect.stringMatching(/\/\.docport-cache$/),
      workers: 1,
      refreshInMs: 900_000,
      acmeDirectory: undefined,
      acmeRoot: undefined,
      staging: false,
      agreeTos: false,
      email: undefined,
      profile: undefined,
      keyType: "p256",
      eabKid: undefined,
      eabHmac: undefined,
      fallbackDirectory: undefined,
      dnsHook: undefined,
      dnsServer: undefined,
      dnsZone: undefined,
      dnsKeyName: undefined,
      dnsKey: undefined,
      store: undefined,
      storeKeyFile: undefined,
      storeKey: undefined,
      storeUnsealed: false,
      drainInMs: 5_000,
      logLevel: "info",
      logFormat: "auto",
      metrics: undefined,
      logQueries: false,
      serverStatus: false,
      dataFolder: expect.stringMatching(/\/data$/),
    });
  });

  it("lets a flag turn off what the file turned on", async () => {
    expect(await load({ args: ["--no-strict"], yaml: "strict: true" })).toMatchObject({
      strict: false,
    });
  });

  it("takes the last of a flag given twice, and every item of a list", async () => {
    const args = ["--port", "1", "--port=2", "--languages", "en,de", "--languages", "PT-BR"];
    expect(await load({ args })).toMatchObject({ port: 2, languages: ["en", "de", "pt-br"] });
  });

  it("counts an empty variable and an empty YAML value as not set", async () => {
    expect(await load({ env: { DOCPORT_PORT: " " }, yaml: "title:\nport: ~\n" })).toMatchObject({
      port: 8080,
      title: undefined,
    });
  });
});

describe("docport.yaml", () => {
  it("names sources as strings and as mappings, relative to its folder", async () => {
    const path = join(folder, "elsewhere.yaml");
    await writeFile(
      path,
      [
        "# comments are for people",
        "sources:",
        "  - ./docs",
        "  - location: https://docs.example.com/index.json",
        "    name: Public site",
        "    kind: export",
        "    baseUrl: https://docs.example.com",
        "    language: DE",
        "    version: 2",
        "limits: { maxPages: 5, maxPageSize: 512 KB }",
      ].join("\n"),
    );
    const config = await load({ args: ["--config", path] });
    expect(config.sources).toEqual([
      { location: resolve(folder, "docs"), name: "./docs" },
      {
        location: "https://docs.example.com/index.json",
        name: "Public site",
        corpus: "public-site",
        kind: "export",
        baseUrl: "https://docs.example.com/",
        language: "de",
        version: "2",
      },
    ]);
    expect(config).toMatchObject({ maxPages: 5, maxPageBytes: 512_000 });
  });

  it("is found by DOCPORT_CONFIG too, and must be there when it is named", async () => {
    const path = join(folder, "named.yaml");
    await writeFile(path, "title: Named");
    expect(await load({ env: { DOCPORT_CONFIG: path } })).toMatchObject({ title: "Named" });
    expect(await mistakes({ args: ["--config", "/nowhere.yaml"] })).toEqual([
      '--config: expected a file that can be read, got "/nowhere.yaml" (no such file)',
    ]);
    expect(await mistakes({ env: { DOCPORT_CONFIG: folder } })).toEqual([
      `DOCPORT_CONFIG: expected a file that can be read, got ${JSON.stringify(folder)} (EISDIR)`,
    ]);
  });

  it.each([
    [
      "- a\n- b\n",
      "docport.yaml: expected a mapping of settings, such as `title: My documentation`, got something else",
    ],
    ["title: a\ntitle: b\n", "docport.yaml:2: expected YAML, got Map keys must be unique"],
    [
      "title: [a\n",
      "docport.yaml:2: expected YAML, got Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
    ["a: &x [*x, *x]\n", "docport.yaml:1 a: not a setting"],
  ])("says what is wrong with %j", async (yaml, line) => {
    expect(await mistakes({ yaml })).toEqual([line]);
  });

  it("refuses a file that is far too long for settings", async () => {
    const yaml = `# ${"x".repeat(1024 * 1024)}\ntitle: T\n`;
    expect(await mistakes({ yaml })).toEqual([
      "docport.yaml: expected at most 1048576 bytes of YAML, got more",
    ]);
  });

  it("does not let YAML reach the prototype of anything", async () => {
    const yaml = "__proto__: { title: x }\nsources:\n  - { location: a, __proto__: { name: x } }\n";
    expect(await mistakes({ yaml })).toEqual([
      "docport.yaml:1 __proto__: not a setting",
      "docport.yaml:2 sources[0].__proto__: not a field of a source (location, name, kind, baseUrl, language, version, ref, versions, subfolder, domain)",
    ]);
  });
});

describe("mistakes", () => {
  it("are told all at once, each with field, value, expectation and the nearest right name", async () => {
    const given = {
      args: ["--prot", "80", "--log-level", "debgu"],
      env: { DOCPORT_TILE: "x", DOCPORT_MAX_PAGES: "many" },
      yaml: "port: 80a\nhots: x\nlimits:\n  maxPage: 1\nsources:\n  - { locaton: a, kind: exprot }\n",
    };
    expect(await mistakes(given)).toEqual([
      "--prot: not a flag of docport serve; did you mean --port?",
      "DOCPORT_TILE: not a variable that docport knows; did you mean DOCPORT_TITLE?",
      "docport.yaml:2 hots: not a setting; did you mean host?",
      "docport.yaml:4 limits.maxPage: not a setting; did you mean limits.maxPages?",
      "docport.yaml:5 sources[0].locaton: not a field of a source (location, name, kind, baseUrl, language, version, ref, versions, subfolder, domain); did you mean location?",
      'docport.yaml:5 sources[0].kind: expected one of folder, hugo, export, llms, llms-full, website, git, archive, file, got "exprot"; did you mean export?',
      "docport.yaml:5 sources[0].location: expected a folder, a file or a URL, got nothing",
      'DOCPORT_MAX_PAGES: expected a whole number from 1 to 10000000, got "many"',
      'docport.yaml:1 port: expected a whole number from 0 to 65535, got "80a"',
      '--log-level: expected one of error, warn, info, debug, got "debgu"; did you mean debug?',
    ]);
  });

  it.each<[Given, string]>([
    [{ args: ["--port"] }, "--port: expected a value, got nothing"],
    [{ args: ["--port", "--strict"] }, "--port: expected a value, got nothing"],
    [{ args: ["--no-port"] }, "--no-port: not a flag of docport serve; did you mean --port?"],
    [{ args: ["--strict=maybe"] }, '--strict: expected yes or no, got "maybe"'],
    [{ args: ["-x"] }, "-x: not a flag of docport serve"],
    [
      { yaml: "maxPages: 3" },
      "docport.yaml:1 maxPages: not a setting; did you mean limits.maxPages?",
    ],
    [
      { yaml: "limits: 3" },
      "docport.yaml:1 limits: expected a mapping with maxPages, maxPageSize, requestsPerMinute, maxInFlight, got 3",
    ],
    [
      { env: { DOCPORT_BASE_URL: "docs.example.com/x" } },
      'DOCPORT_BASE_URL: expected an http or https URL such as https://docs.example.com/, got "docs.example.com/x"; did you mean https://docs.example.com/x?',
    ],
    [
      { args: ["--base-url", "https://ann:pw@example.com/"] },
      '--base-url: expected a URL without user name and password, got "https://***@example.com/"',
    ],
    [
      { args: ["--public-url", "https://a.example/?x"] },
      '--public-url: expected a URL without query and fragment, got "https://a.example/?x"',
    ],
    [
      { args: ["--default-language", "en_US"] },
      '--default-language: expected a language tag such as en or pt-br, got "en_US"; did you mean en-us?',
    ],
    [
      { args: ["--default-language", "fr", "--languages", "en,de"] },
      '--default-language: expected one of the languages en, de, got "fr"',
    ],
    [
      { args: ["--host", "localhost:80"] },
      '--host: expected a host name or an IP address, without port, got "localhost:80"',
    ],
    [
      { args: ["--domain", "https://docs.example.com/"] },
      '--domain: expected a domain name such as docs.example.com, or an IP address, got "https://docs.example.com/"; did you mean docs.example.com?',
    ],
    [
      { args: ["--tls", "local", "--domain", "docs.example.com"] },
      "--domain: expected none with tls: local, got a list",
    ],
    [
      { args: ["--staging", "--acme-directory", "https://ca.test/dir"] },
      '--acme-directory: expected none with staging, got "https://ca.test/dir"',
    ],
    [
      { args: ["--acme-directory", "http://ca.test/dir"] },
      '--acme-directory: expected an https URL such as https://ca.example.com/directory, got "http://ca.test/dir"',
    ],
    [
      { args: ["--eab-kid", "kid-1"] },
      "--eab-hmac: expected the key that belongs to eabKid, got nothing",
    ],
    [{ args: ["--email", "nobody"] }, '--email: expected an e-mail address, got "nobody"'],
    [
      { args: ["--key-type", "rsa1024"] },
      '--key-type: expected one of p256, p384, rsa2048, rsa3072, rsa4096, got "rsa1024"',
    ],
    [
      { args: ["--dns-server", "ns1.example.com/x"] },
      '--dns-server: expected a host name or an address, with a port after a colon unless it is 53, got "ns1.example.com/x"',
    ],
    [
      { args: ["--title", "a\u001B[31m"] },
      '--title: expected text on one line, 1 to 200 characters, got "a\\u001b[31m"',
    ],
    [
      { args: ["--max-page-size", "1TB"] },
      '--max-page-size: expected a size from 1000 bytes to 1 GB, such as 10MB, got "1TB"',
    ],
    [
      { yaml: "title: { a: 1 }" },
      "docport.yaml:1 title: expected text on one line, 1 to 200 characters, got a mapping",
    ],
    [
      { yaml: "sources: [ftp://x/y]" },
      'docport.yaml:1 sources[0]: expected a folder, a file or a URL, got "ftp://x/y"',
    ],
    [
      { args: ["--title", "x".repeat(300)] },
      `--title: expected text on one line, 1 to 200 characters, got "${"x".repeat(80)}..."`,
    ],
  ])("%j", async (given, line) => {
    expect(await mistakes(given)).toEqual([line]);
  });

  it("never repeat what was given under a wrong name", async () => {
    const given = {
      env: { DOCPORT_SECRT: "hunter2" },
      yaml: "secrt: hunter2",
      args: ["--secrt=hunter2"],
    };
    expect((await mistakes(given)).join()).not.toContain("hunter2");
  });

  it("name a missing source only where one is needed", async () => {
    await expect(loadConfig({ env: {}, cwd: folder, needsSources: true })).rejects.toThrow(
      "SOURCE: expected a folder, a file or a URL with documentation, got nothing",
    );
  });
});

describe("what is read", () => {
  it.each<[string, string, keyof Config, unknown]>([
    ["--base-url", "https://docs.example.com/a", "baseUrl", "https://docs.example.com/a/"],
    ["--host", "[::1]", "host", "::1"],
    ["--public-url", "https://A.example:443/", "publicUrl", "https://a.example"],
    ["--max-page-size", "2MiB", "maxPageBytes", 2 * 1024 ** 2],
    ["--max-page-size", "4096", "maxPageBytes", 4096],
    ["--kind", "LLMS", "kind", "llms"],
    ["--title", "  Spaced  ", "title", "Spaced"],
    ["--versions", "v2, v1,v2", "versions", ["v2", "v1"]],
  ])("%s %s", async (flag, value, field, expected) => {
    expect((await load({ args: [flag, value] }))[field]).toEqual(expected);
  });

  it("leaves alone what Kubernetes sets beside a service called docport", async () => {
    const env = {
      DOCPORT_PORT: "tcp://10.0.0.1:8080",
      DOCPORT_SERVICE_HOST: "10.0.0.1",
      DOCPORT_PORT_8080_TCP: "tcp://10.0.0.1:8080",
    };
    expect(await load({ env })).toMatchObject({ port: 8080 });
  });

  it("makes a configuration of data, for callers in code", () => {
    const config = createConfig(
      { sources: ["docs"], limits: { maxPages: 3 }, title: undefined },
      "/a",
    );
    expect(config).toMatchObject({
      sources: [{ location: resolve("/a/docs"), name: "docs" }],
      maxPages: 3,
      title: undefined,
    });
    expect(() => createConfig({ source: ["docs"] }, "/a")).toThrow(
      "source: not a setting; did you mean sources?",
    );
  });

  it("bears a thousand variables with very long names", async () => {
    const env = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [`DOCPORT_X${index}${"Y".repeat(1000)}`, "1"]),
    );
    expect(await mistakes({ env })).toHaveLength(1000);
  });
});

describe("listenAddress", () => {
  const metricsOf = async (value: string): Promise<unknown> =>
    (await load({ args: ["--metrics", value] })).metrics;

  it.each([
    ["9464", { host: "127.0.0.1", port: 9464 }],
    ["0.0.0.0:1", { host: "0.0.0.0", port: 1 }],
    ["[::1]:9464", { host: "::1", port: 9464 }],
    ["Metrics.internal:80", { host: "metrics.internal", port: 80 }],
  ])("reads %s", async (value, expected) => {
    expect(await metricsOf(value)).toEqual(expected);
  });

  it.each(["", ":9464", "::1:9464", "host", "65536", "a b:1", "http://127.0.0.1:9464"])(
    "refuses %j",
    async (value) => {
      expect(await mistakes({ args: ["--metrics", value] })).toEqual([
        expect.stringContaining("--metrics"),
      ]);
    },
  );
});
