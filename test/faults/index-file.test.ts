import { spawn } from "node:child_process";
import { once } from "node:events";
import { watch } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { openCatalog } from "../../src/catalog/open-catalog.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const CLI = resolve(import.meta.dirname, "../../dist/cli.js");
const PAGE = `# Apples\n\n${"Sour fruit of many trees. ".repeat(2_000)}\n`;

describe("an index file whose writer does not come to its end", { timeout: 60_000 }, () => {
  it("is the old one whole, or the new one, when the writer is killed", async () => {
    await using folder = await temporaryFolder({ "docs/a.md": PAGE });
    const file = join(folder.path, "manual.docport");
    const args = [CLI, "index", "docs", "-o", file];
    const options = { cwd: folder.path, stdio: "ignore" } as const;
    await once(spawn(process.execPath, args, options), "exit");
    for (let round = 0; round < 4; round++) {
      await writeFile(join(folder.path, "docs/a.md"), `${PAGE}Round ${round}.\n`);
      const writer = spawn(process.execPath, args, options);
      // As soon as anything is written beside it.
      const watcher = watch(folder.path, () => writer.kill("SIGKILL"));
      await once(writer, "exit");
      watcher.close();
      expect(openCatalog(await readFile(file)).facts.pageCount).toBe(1);
    }
  });

  it.skipIf(process.platform === "win32")("is the old one when there is no room", async () => {
    await using folder = await temporaryFolder({ "docs/a.md": PAGE });
    const file = join(folder.path, "manual.docport");
    const args = [CLI, "index", "docs", "-o", file];
    await once(spawn(process.execPath, args, { cwd: folder.path, stdio: "ignore" }), "exit");
    const before = await readFile(file);
    await writeFile(join(folder.path, "docs/b.md"), PAGE);
    // Files of at most 1,024 bytes: what is longer fails as it does on a full disk.
    const shell = ["-c", 'ulimit -f 1; exec "$0" "$@"', process.execPath, ...args];
    const writer = spawn("/bin/bash", shell, { cwd: folder.path, stdio: "ignore" });
    const [code] = (await once(writer, "exit")) as [number | null];
    expect(code).not.toBe(0);
    expect(Buffer.compare(await readFile(file), before)).toBe(0);
  });
});
