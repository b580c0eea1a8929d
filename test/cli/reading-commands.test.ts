import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CommandContext } from "../../src/cli/command.ts";
import { main } from "../../src/cli/main.ts";
import { type RecordedContext, recordedContext } from "../support/command-context.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder({
    "docs/index.md": "# Acme\n\nAcme keeps your widgets in order.\n",
    "docs/install.md":
      "# Installation\n\nDownload the archive.\n\n## Linux\n\nUnpack the tarball into /opt and run the installer.\n",
    "docs/de/install.md": "---\nlang: de\n---\n\n# Einrichtung\n\nLaden Sie das Archiv herunter.\n",
    "broken/good.md": "# Good\n\nReadable words.\n",
    "broken/bad.md": `# Bad\n\n${"Far too long. ".repeat(100)}\n`,
    "empty/readme.xyz": "nothing",
  });
});
afterAll(async () => folder[Symbol.asyncDispose]());

/** Makes one of the two pages in `broken` unreadable. */
const SMALL = ["--max-page-size", "1000"];

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(args: readonly string[], overrides: Partial<CommandContext> = {}): Promise<Ran> {
  const context = recordedContext({ cwd: folder.path, ...overrides });
  const code = await main(args, context);
  return { code, out: context.out(), err: context.err() };
}

describe("docport search", () => {
  it("shows the section, its URL and a snippet", async () => {
    const { code, out, err } = await run(["search", "docs", "unpack the tarball"]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^1\. Installation > Linux\n {3}\/install\/?#linux\n {3}.*Unpack the tarball into \/opt/,
    );
    expect(out).not.toContain("\u001B");
    expect(err).toMatch(/^Indexed 3 pages, \d+ sections, 2 languages \(en 2, de 1\) in [\d.]+ s\n/);
  });

  it("puts what matched in bold at a terminal, unless colours are not wanted", async () => {
    const args = ["search", "docs", "tarball"];
    expect((await run(args, { isTerminal: true })).out).toContain("\u001B[1mtarball\u001B[22m");
    expect((await run(args, { isTerminal: true, env: { NO_COLOR: "1" } })).out).not.toContain(
      "\u001B",
    );
  });

  it("starts links with the base URL and keeps to the limit", async () => {
    const args = [
      "search",
      "docs",
      "archive widgets",
      "--base-url",
      "https://acme.example",
      "--limit",
      "1",
    ];
    const { out } = await run(args);
    expect(out).toContain("   https://acme.example/");
    expect(out).not.toContain("\n2. ");
  });

  it("answers with one JSON object", async () => {
    const { out } = await run(["search", "docs", "archiv", "--language", "de", "--json"]);
    expect(JSON.parse(out)).toMatchObject({
      query: "archiv",
      answered: true,
      hits: [{ title: "Einrichtung", language: "de", snippet: { text: expect.any(String) } }],
    });
  });

  it("finds nothing without failing", async () => {
    const { code, out } = await run(["search", "docs", "zzyzx", "--title", "Acme manual"]);
    expect({ code, out }).toEqual({ code: 0, out: 'Nothing in Acme manual matches "zzyzx".\n' });
  });

  it("takes its sources from the file when none are named", async () => {
    await using place = await temporaryFolder({
      "docport.yaml": `sources: [${JSON.stringify(join(folder.path, "docs"))}]\ntitle: From the file\n`,
    });
    const { out } = await run(["search", "zzyzx"], { cwd: place.path });
    expect(out).toContain("Nothing in From the file matches");
  });
});

describe("what cannot be read", () => {
  it("is named with its reason, and the rest is served", async () => {
    const { code, out, err } = await run(["search", "broken", "readable", ...SMALL]);
    expect(code).toBe(0);
    expect(out).toContain("1. Good");
    expect(err).toMatch(/^1 page could not be read and is left out:\n {2}bad\.md: .+\n/);
  });

  it("is named after the progress bar has gone", async () => {
    const args = ["search", "broken", "readable", ...SMALL];
    const { err } = await run(args, { stderrIsTerminal: true });
    const drawn = err.replaceAll("\r\u001B[K", "<redraw>");
    expect(drawn).toMatch(/^<redraw>Reading .+<redraw>1 page could not be read/);
  });

  it("is fatal with --strict", async () => {
    const { code, out, err } = await run(["search", "broken", "readable", "--strict", ...SMALL]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^1 page could not be read.*\n {2}bad\.md: /);
    expect(err).toContain("docport: one page could not be read\n");
    expect(err).toContain("[ERR_PAGE_UNREADABLE]");
  });

  it("cannot steer the terminal with its name", async () => {
    const { err } = await run(["search", "\u001B[2Jnowhere", "query"]);
    expect(err).toContain("nowhere");
    expect(err).not.toContain("\u001B");
  });

  it.each([
    ["nowhere", "ERR_SOURCE_NOT_FOUND"],
    ["empty", "ERR_SOURCE_EMPTY"],
  ])("as a whole is one message with one thing to do: %s", async (source, code) => {
    const ran = await run(["search", source, "query"]);
    expect({ code: ran.code, out: ran.out }).toEqual({ code: 1, out: "" });
    expect(ran.err).toMatch(new RegExp(`^docport: .+\n {2}-> .+ \\[${code}\\]\n$`));
  });
});

describe("docport index", () => {
  it("writes a file that search opens without the documentation", async () => {
    await using place = await temporaryFolder({ "manual.docport": "an old one" });
    const file = join(place.path, "manual.docport");
    const { code, out, err } = await run(["index", "docs", "--title", "Acme", "-o", file]);
    expect(code).toBe(0);
    expect(out).toMatch(/^Wrote .*manual\.docport \(\d+\.\d MB\)\n$/);
    expect(err).toContain("Indexed 3 pages");
    expect(await readdir(place.path)).toEqual(["manual.docport"]);

    const searched = await run(["search", "manual.docport", "tarball"], { cwd: place.path });
    expect(searched).toMatchObject({
      code: 0,
      out: expect.stringContaining("1. Installation > Linux"),
    });

    const joined = await run(["search", "manual.docport", join(folder.path, "docs"), "tarball"], {
      cwd: place.path,
    });
    expect(joined).toMatchObject({ code: 1, err: expect.stringContaining("[ERR_SOURCE_KIND]") });
  });

  it("leaves the old file alone when the new one cannot be made", async () => {
    await using place = await temporaryFolder({ "manual.docport": "an old one" });
    const file = join(place.path, "manual.docport");
    const { code } = await run(["index", "broken", "--strict", "-o", file, ...SMALL]);
    expect(code).toBe(1);
    expect(await readFile(file, "utf8")).toBe("an old one");
    expect(await readdir(place.path)).toEqual(["manual.docport"]);
  });

  it("says where it cannot write", async () => {
    const { code, err } = await run(["index", "docs", "-o", "no/such/folder/manual.docport"]);
    expect(code).toBe(1);
    expect(err).toContain("[ERR_INDEX_WRITE]");
  });

  it.each([
    ["empty", () => Buffer.alloc(0), /ERR_INDEX_TRUNCATED/],
    [
      "cut short",
      (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1),
      /ERR_INDEX_(TRUNCATED|CORRUPT)/,
    ],
    [
      "changed",
      (bytes: Buffer) => bytes.fill(7, bytes.length - 40, bytes.length - 20),
      /ERR_INDEX_CORRUPT/,
    ],
  ])("makes a file that is refused when it is %s", async (_, damage, code) => {
    await using place = await temporaryFolder();
    const file = join(place.path, "manual.docport");
    await run(["index", "docs", "-o", file]);
    await writeFile(file, damage(await readFile(file)));
    const ran = await run(["search", file, "tarball"]);
    expect(ran).toMatchObject({ code: 1, out: "", err: expect.stringMatching(code) });
  });
});

/** What a client gets that asks for this name. */
async function statusFor(url: string, host: string): Promise<number | undefined> {
  const asked = request(url, { headers: { host } }).end();
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

describe("docport serve", () => {
  /** Runs until `visit` has seen the server, then stops it as a signal does. */
  async function serve(
    args: readonly string[],
    visit: (mcpUrl: string, context: RecordedContext) => Promise<void>,
  ): Promise<Ran> {
    const stopping = new AbortController();
    let said: (url: string) => void = () => {};
    const ready = new Promise<string>((resolve) => (said = resolve));
    const written = recordedContext();
    const context: RecordedContext = {
      ...written,
      cwd: folder.path,
      signal: stopping.signal,
      stdout(text) {
        written.stdout(text);
        const url = written.out().match(/MCP +(http\S+\/mcp)\n/)?.[1];
        if (url) said(url);
      },
    };
    const running = main(["serve", ...args], context);
    const url = await Promise.race([
      ready,
      running.then((code) => `exited with ${code}: ${context.err()}`),
    ]);
    await visit(url, context);
    stopping.abort(new Error("stopped by the test"));
    return { code: await running, out: context.out(), err: context.err() };
  }

  it("says what it indexed, where it serves and how to connect, until it is stopped", async () => {
    let visited = "";
    const { code, out, err } = await serve(
      ["docs", "--port", "0", "--title", "Acme"],
      async (url) => {
        visited = url;
        expect((await fetch(new URL("/healthz", url))).status).toBe(200);
      },
    );
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(
      /^Acme: indexed 3 pages, \d+ sections, 2 languages \(en 2, de 1\) in [\d.]+ s\n/,
    );
    expect(out).toContain(`claude mcp add --transport http acme ${visited}\n`);
    for (const client of ["claude.ai", "ChatGPT", "Cursor", "VS Code", "Gemini CLI", "Codex"]) {
      expect(out).toContain(`\n  ${client} `);
    }
    await expect(fetch(new URL("/healthz", visited))).rejects.toThrow("fetch failed");
  });

  it("speaks of the public URL, and answers to its name and to no other", async () => {
    const args = [
      "docs",
      "--port",
      "0",
      "--public-url",
      "https://mcp.acme.example",
      "--log-format",
      "json",
    ];
    const { out } = await serve(args, async (url, context) => {
      expect(url).toBe("https://mcp.acme.example/mcp");
      const local = context.out().match(/Listening +(http:\S+)\n/)?.[1] ?? "";
      expect(await statusFor(local, "mcp.acme.example")).toBe(200);
      expect(await statusFor(local, "other.example")).toBe(403);
    });
    expect(out).toContain("connectorUrl=https%3A%2F%2Fmcp.acme.example%2Fmcp");
  });

  it("says that the port is taken, and leaves nothing running", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const { code, out, err } = await run(["serve", "docs", "--port", String(port)]);
    await new Promise((resolve) => other.close(resolve));
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("[ERR_LISTEN_IN_USE]");
  });

  it("stops at once when it is interrupted while reading", async () => {
    const reason = new Error("stopped by the test");
    const context = recordedContext({ cwd: folder.path, signal: AbortSignal.abort(reason) });
    await expect(main(["serve", "docs", "--port", "0"], context)).rejects.toBe(reason);
    expect(context.out() + context.err()).toBe("");
  });
});
