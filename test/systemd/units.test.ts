import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SETTING_ROWS } from "../../src/config/settings.ts";
import { ROOT } from "../docs/manual.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const FOLDER = join(ROOT, "examples/systemd");
const units = new Map(
  readdirSync(FOLDER).map((name) => [name, readFileSync(join(FOLDER, name), "utf8")]),
);
const service = units.get("docport.service") ?? "";

const hasAnalyze = spawnSync("systemd-analyze", ["--version"]).status === 0;
const isRequired = process.env["REQUIRE_SYSTEMD"] === "1";

/** The units as they are, but for a command that is on this computer. */
async function analyze(...args: readonly string[]): Promise<{ code: number | null; said: string }> {
  const command = service.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`);
  await using folder = await temporaryFolder({
    ...Object.fromEntries(units),
    "docport.service": command,
  });
  const paths = [...units.keys()].map((name) => join(folder.path, name));
  const files = args.includes("security") ? [join(folder.path, "docport.service")] : paths;
  const { status, stdout, stderr } = spawnSync("systemd-analyze", [...args, ...files], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], SYSTEMD_PAGER: "" },
  });
  return { code: status, said: stdout + stderr };
}

describe("examples/systemd", () => {
  it("starts the command with flags that it has, and variables that are settings", () => {
    expect(service).toMatch(/^ExecStart=\/usr\/bin\/docport serve --config \S+$/m);
    const variables = [...service.matchAll(/\b(DOCPORT_[A-Z_]+)=/g)].map((match) => match[1]);
    expect(variables.length).toBeGreaterThan(2);
    const known = SETTING_ROWS.map(({ env }) => env);
    expect(variables.filter((name) => name === undefined || !known.includes(name))).toEqual([]);
  });

  it("names the sockets as the command wants them", () => {
    const names = [...units].filter(([name]) => name.endsWith(".socket"));
    expect(
      names.map(([name, text]) => [
        name,
        /^ListenStream=(.*)$/m.exec(text)?.[1],
        /^FileDescriptorName=(.*)$/m.exec(text)?.[1],
      ]),
    ).toEqual([
      ["docport-http.socket", "80", "http"],
      ["docport-https.socket", "443", "https"],
    ]);
    for (const [name] of names) expect(service).toMatch(new RegExp(`^Sockets=.*${name}`, "m"));
  });

  it.skipIf(!hasAnalyze && !isRequired)("satisfies systemd-analyze verify", async () => {
    expect(await analyze("verify", "--man=no")).toEqual({ code: 0, said: "" });
  });

  it.skipIf(!hasAnalyze && !isRequired)("has no more exposure than 2.0 of 10", async () => {
    const { code, said } = await analyze(
      ...["security", "--offline=yes", "--no-pager", "--threshold=20"],
    );
    expect(said).toContain("Overall exposure level");
    expect(code).toBe(0);
  });
});
