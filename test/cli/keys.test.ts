import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hashBearerKey, isBearerKey } from "../../src/auth/bearer-key.ts";
import { EXIT_FAILURE, EXIT_OK, EXIT_USAGE } from "../../src/cli/command.ts";
import { main } from "../../src/cli/main.ts";
import { type RecordedContext, recordedContext } from "../support/command-context.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(
  cwd: string,
  args: readonly string[],
  env: RecordedContext["env"] = {},
): Promise<Ran> {
  const context = recordedContext({ cwd, env });
  const code = await main(["keys", ...args], context);
  return { code, out: context.out(), err: context.err() };
}

const FILE = ["--keys-file", "keys.json"];

describe("docport keys", () => {
  it("shows a new key once and keeps only its hash, for the owner of the file", async () => {
    await using folder = await temporaryFolder();
    const { code, out, err } = await run(folder.path, ["create", "ci", ...FILE]);
    expect(code).toBe(EXIT_OK);
    const key = out.trim();
    expect(isBearerKey(key)).toBe(true);
    expect(err).not.toContain(key);
    const path = join(folder.path, "keys.json");
    const text = await readFile(path, "utf8");
    expect(text).not.toContain(key);
    expect(text).toContain(hashBearerKey(key).toString("hex"));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const listed = await run(folder.path, ["list", ...FILE]);
    expect(listed.out).toMatch(/^[0-9a-f]{10} {2}until \d{4}-\d\d-\d\d\s+ci\n$/);
  });

  it("gives scopes and an end, and lists them", async () => {
    await using folder = await temporaryFolder();
    const scopes = ["--scopes", "docs:internal,docs:partner"];
    await run(folder.path, ["create", "ada", ...scopes, "--expires", "12h", ...FILE]);
    await run(folder.path, ["create", "eve", "--expires", "never", ...FILE]);
    const { out } = await run(folder.path, ["list", "--json", ...FILE]);
    const listed: unknown = JSON.parse(out);
    expect(listed).toEqual({
      keys: [
        expect.objectContaining({
          name: "ada",
          scopes: ["docs:internal", "docs:partner"],
          expiresAt: expect.any(String),
        }),
        expect.not.objectContaining({ expiresAt: expect.anything() }),
      ],
    });
    expect(out).not.toContain("hash");
  });

  it.each(["id", "name"] as const)("revokes a key by its %s", async (by) => {
    await using folder = await temporaryFolder();
    await run(folder.path, ["create", "ci", ...FILE]);
    const id = (await run(folder.path, ["list", ...FILE])).out.slice(0, 10);
    expect((await run(folder.path, ["revoke", by === "id" ? id : "ci", ...FILE])).code).toBe(
      EXIT_OK,
    );
    expect((await run(folder.path, ["list", ...FILE])).out).toBe("There are no keys.\n");
  });

  it("takes the file from the settings", async () => {
    await using folder = await temporaryFolder({
      "docport.yaml": "auth:\n  keysFile: yaml.json\n",
    });
    await run(folder.path, ["create", "ci"]);
    expect(await readFile(join(folder.path, "yaml.json"), "utf8")).toContain('"ci"');
    await run(folder.path, ["create", "ci"], { DOCPORT_KEYS_FILE: "env.json" });
    expect(await readFile(join(folder.path, "env.json"), "utf8")).toContain('"ci"');
  });

  it.each([
    ["no file", ["list"]],
    ["nothing to do", FILE],
    ["an unknown action", ["rotate", "ci", ...FILE]],
    ["no name", ["create", ...FILE]],
    ["two names", ["create", "a", "b", ...FILE]],
    ["a name of several lines", ["create", "a\nb", ...FILE]],
    ["a scope with a space", ["create", "a", "--scopes", "a b", ...FILE]],
    ["an end that is none", ["create", "a", "--expires", "soon", ...FILE]],
    ["an unknown key", ["revoke", "a", ...FILE]],
  ])("refuses %s", async (_what, args) => {
    await using folder = await temporaryFolder();
    const { code, err } = await run(folder.path, args);
    expect(code).toBe(EXIT_USAGE);
    expect(err).toMatch(/\[ERR_(USAGE|CONFIG_INVALID)\]/);
  });

  it("does not make a second key of a name", async () => {
    await using folder = await temporaryFolder();
    await run(folder.path, ["create", "ci", ...FILE]);
    const { code, out } = await run(folder.path, ["create", "ci", ...FILE]);
    expect({ code, out }).toEqual({ code: EXIT_USAGE, out: "" });
  });

  it("leaves a file alone that is not one of keys", async () => {
    await using folder = await temporaryFolder({ "keys.json": "mine" });
    const { code, err } = await run(folder.path, ["create", "ci", ...FILE]);
    expect(code).toBe(EXIT_FAILURE);
    expect(err).toContain("ERR_KEYS_FILE");
    expect(await readFile(join(folder.path, "keys.json"), "utf8")).toBe("mine");
  });

  it("says which folder is missing", async () => {
    await using folder = await temporaryFolder();
    const { code, err } = await run(folder.path, ["create", "ci", "--keys-file", "no/keys.json"]);
    expect(code).toBe(EXIT_FAILURE);
    expect(err).toContain("ERR_KEYS_FILE");
  });

  it("keeps both keys of two commands at once, or says that one was not made", async () => {
    await using folder = await temporaryFolder();
    const ran = await Promise.all(
      ["a", "b", "c"].map((name) => run(folder.path, ["create", name, ...FILE])),
    );
    const made = ran.filter(({ code }) => code === EXIT_OK).length;
    const { out } = await run(folder.path, ["list", ...FILE]);
    expect(out.trim().split("\n")).toHaveLength(made);
  });
});
