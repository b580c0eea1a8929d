import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startApp } from "../../src/app.ts";
import { main } from "../../src/cli/main.ts";
import { createConfig } from "../../src/config.ts";
import { silentLog } from "../../src/lib/log.ts";
import { legacy } from "../http/mcp-requests.ts";
import { recordedContext } from "../support/command-context.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const PAGES = {
  "docs/install.md": "# Installation\n\nUnpack the tarball into /opt and start it.\n",
  "docs/logs.md": "# Logs\n\nLog lines go to stderr.\n",
  "better/sheep.md": "# Shearing sheep\n\nHow to shear a sheep with scissors.\n",
};

async function ask(folder: TemporaryFolder, queries: readonly string[], logQueries = true) {
  const settings = { sources: ["docs"], port: 0, logQueries };
  await using app = await startApp(createConfig(settings, folder.path), {
    fetch,
    now: Date.now,
    log: silentLog,
  });
  for (const query of queries) {
    const response = await fetch(app.mcpUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(legacy("tools/call", { name: "search", arguments: { query } })),
    });
    await response.text();
  }
}

async function gaps(folder: TemporaryFolder, ...args: string[]): Promise<string> {
  const context = recordedContext({ cwd: folder.path });
  expect(await main(["gaps", ...args], context)).toBe(0);
  return context.out();
}

describe("docport gaps", () => {
  const queries = ["how to shear a sheep", "shearing sheep", "install tarball"];

  it("reports what a server could not answer, and not what it could", async () => {
    await using folder = await temporaryFolder(PAGES);
    await ask(folder, [...queries, "sheep of anna@example.com"]);
    const text = await gaps(folder);
    expect(text).toContain("## how to shear a sheep\n\nAsked 2 times");
    expect(text).toContain("Also: shearing sheep.");
    expect(text).toContain("\\[e-mail\\]");
    expect(text).not.toMatch(/anna|tarball/);
    expect(JSON.parse(await gaps(folder, "--json"))).toMatchObject({
      gaps: [{ query: "how to shear a sheep", count: 2, closest: [] }, {}],
    });
  });

  it("looks again in the documentation that is named", async () => {
    await using folder = await temporaryFolder(PAGES);
    await ask(folder, queries);
    expect(await gaps(folder, "docs")).toContain("## how to shear a sheep");
    expect(await gaps(folder, "better")).toContain("1 subject more can be answered by now");
  });

  it("has nothing to say without a file, and no file is made without logQueries", async () => {
    await using folder = await temporaryFolder(PAGES);
    await ask(folder, queries, false);
    expect(await readdir(folder.path)).not.toContain("data");
    expect(await gaps(folder)).toContain("Nothing.");
  });

  it("says what to do when the file cannot be read", async () => {
    await using folder = await temporaryFolder({ ...PAGES, data: "a file" });
    const context = recordedContext({ cwd: folder.path });
    expect(await main(["gaps", "--data-folder", join(folder.path, "data")], context)).toBe(1);
    expect(context.err()).toContain("[ERR_DATA_FOLDER]");
  });
});
