import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../src/cli/main.ts";
import { SETTING_ROWS } from "../../src/config/settings.ts";
import { FORMER_SETTINGS } from "../../src/config/upgrades.ts";
import { recordedContext } from "../support/command-context.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

interface Outcome {
  readonly code: number;
  readonly out: string;
}

async function check(
  folder: TemporaryFolder,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const context = recordedContext({ cwd: folder.path, env });
  const code = await main(["upgrade-check", ...args], context);
  return { code, out: context.out() };
}

describe("the former settings", () => {
  it("are none of today's, and lead to today's", () => {
    const today = SETTING_ROWS.map(({ yaml }) => yaml);
    expect(FORMER_SETTINGS.filter(({ yaml }) => today.includes(yaml))).toEqual([]);
    const targets = FORMER_SETTINGS.flatMap(({ replacedBy }) => replacedBy ?? []);
    expect(targets.filter((target) => !today.includes(target))).toEqual([]);
  });
});

describe("docport upgrade-check", () => {
  it("says what became of settings, wherever they were written", async () => {
    await using folder = await temporaryFolder({
      "docport.yaml": "acme_port: 8080\nlimits:\n  maxFileSize: 5000\nfrobnicate: 1\n",
    });
    const { code, out } = await check(folder, [], { DOCPORT_MAX_FILES: "9" });
    expect(code).toBe(1);
    expect(out).toMatch(/docport.yaml:1 acme_port: not a setting.*\n {2}-> Call it acmePort\.\n/);
    expect(out).toContain("-> Call it limits.maxPageSize. It is a size with a unit now");
    expect(out).toMatch(/DOCPORT_MAX_FILES.*\n {2}-> Call it DOCPORT_MAX_PAGES\.\n/);
    expect(out).toMatch(/frobnicate: not a setting.*\n {2}-> Correct it/);
  });

  it("finds index files of another version, and takes its own", async () => {
    await using folder = await temporaryFolder({ "docs/a.md": "# A\n\nText of a page.\n" });
    const index = recordedContext({ cwd: folder.path });
    expect(await main(["index", "docs", "-o", "manual.docport"], index)).toBe(0);
    expect(await check(folder, ["manual.docport"])).toEqual({
      code: 0,
      out: "Nothing to do: this version can take over.\n",
    });
    const path = join(folder.path, "manual.docport");
    const bytes = await readFile(path);
    bytes.writeUInt32LE(bytes.readUInt32LE(8) + 1, 8);
    await writeFile(path, bytes);
    const { code, out } = await check(folder, ["manual.docport", "docs"]);
    expect(code).toBe(1);
    expect(out).toMatch(/manual\.docport: The index file is of version \d+/);
    expect(out).toContain("docport index");
  });

  it("finds half a pair, and a key that others can read", async () => {
    await using folder = await temporaryFolder({ "certs/docs.example.com.key.pem": "key" });
    await chmod(join(folder.path, "certs/docs.example.com.key.pem"), 0o644);
    const { code, out } = await check(folder, ["--domain", "docs.example.com", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      count: 2,
      findings: [
        { what: expect.stringContaining("docs.example.com.cert.pem is not") },
        { fix: expect.stringContaining("chmod 600") },
      ],
    });
  });

  it("has nothing to say of a configuration that fits", async () => {
    await using folder = await temporaryFolder({
      "docport.yaml": "sources: docs\ndomain: docs.example.com\n",
    });
    expect((await check(folder)).code).toBe(0);
  });
});
