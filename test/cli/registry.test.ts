import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { registryCommand } from "../../src/cli/registry.ts";
import { registryRecord } from "../../src/config/registry-types.ts";
import { type RecordedContext, recordedContext } from "../support/command-context.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const URL_FLAGS = ["--public-url", "https://docs.example.com", "--title", "Example docs"];

async function run(folder: TemporaryFolder, ...args: string[]): Promise<RecordedContext> {
  const context = recordedContext({ cwd: folder.path });
  expect(await registryCommand.run([...URL_FLAGS, ...args], context)).toBe(0);
  return context;
}

describe("docport registry", () => {
  it("writes a server.json in the registry's form", async () => {
    await using folder = await temporaryFolder();
    await run(folder, "--release", "2.1.0");
    expect(JSON.parse(await readFile(join(folder.path, "server.json"), "utf8"))).toEqual({
      $schema: "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
      name: "com.example.docs/example-docs",
      title: "Example docs",
      description: "Search and read the documentation of Example docs",
      version: "2.1.0",
      websiteUrl: "https://docs.example.com",
      remotes: [{ type: "streamable-http", url: "https://docs.example.com/mcp" }],
    });
  });

  it("makes a key for its owner alone, whose public half is the record", async () => {
    await using folder = await temporaryFolder();
    const context = await run(folder);
    const keyPath = join(folder.path, "mcp-registry.key");
    expect((await stat(keyPath)).mode & 0o777).toBe(0o600);
    const record = await readFile(join(folder.path, "mcp-registry-auth"), "utf8");
    const raw = Buffer.from(/^v=MCPv1; k=ed25519; p=(\S+)$/.exec(record)?.[1] ?? "", "base64");
    expect(raw).toHaveLength(32);
    const jwk = { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") };
    const privateKey = createPrivateKey(await readFile(keyPath, "utf8"));
    const signature = sign(null, Buffer.from("proof"), privateKey);
    expect(
      verify(null, Buffer.from("proof"), createPublicKey({ key: jwk, format: "jwk" }), signature),
    ).toBe(true);
    expect(context.out()).toContain(record);
    expect(context.out()).toContain(`docs.example.com. TXT "${record}"`);
    const { d = "" } = privateKey.export({ format: "jwk" });
    const secret = Buffer.from(d, "base64url");
    for (const form of [d, secret.toString("hex"), secret.toString("base64")]) {
      expect(context.out() + context.err()).not.toContain(form);
    }
  });

  it("makes a record that the setting takes", async () => {
    await using folder = await temporaryFolder();
    await run(folder);
    const record = await readFile(join(folder.path, "mcp-registry-auth"), "utf8");
    const mistakes: unknown[] = [];
    const site = { folder: "/", report: (mistake: unknown) => void mistakes.push(mistake) };
    expect(registryRecord.read(record, site)).toBe(record);
    expect(mistakes).toEqual([]);
    expect(registryRecord.read("v=MCPv1; k=ed25519", site)).toBeUndefined();
  });

  it("keeps the key for the next version", async () => {
    await using folder = await temporaryFolder();
    await run(folder);
    const before = await readFile(join(folder.path, "mcp-registry.key"), "utf8");
    const context = await run(folder, "--release", "1.0.1");
    expect(await readFile(join(folder.path, "mcp-registry.key"), "utf8")).toBe(before);
    expect(context.out()).toContain("Used the key");
  });

  it("never writes over a file that is there", async () => {
    await using folder = await temporaryFolder({ "other.pem": "my only copy" });
    const path = join(folder.path, "other.pem");
    await expect(run(folder, "--key", path)).rejects.toMatchObject({ code: "ERR_REGISTRY_KEY" });
    expect(await readFile(path, "utf8")).toBe("my only copy");
    await writeFile(path, "");
    await expect(run(folder, "--key", path)).rejects.toMatchObject({ code: "ERR_REGISTRY_KEY" });
  });

  it("says what is missing", async () => {
    await using folder = await temporaryFolder();
    const context = recordedContext({ cwd: folder.path });
    for (const args of [
      [],
      ["--public-url", "http://docs.example.com"],
      ["--public-url", "https://localhost"],
      [...URL_FLAGS, "./docs"],
    ]) {
      await expect(registryCommand.run(args, context)).rejects.toMatchObject({ code: "ERR_USAGE" });
    }
    await expect(run(folder, "--release", "^1.0.0")).rejects.toMatchObject({
      code: "ERR_CONFIG_INVALID",
    });
    await expect(run(folder, "--output", join(folder.path, "no/such"))).rejects.toMatchObject({
      code: "ERR_REGISTRY_WRITE",
    });
  });
});
