import { EventEmitter, once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createConfig } from "../../src/config.ts";
import { followCatalog } from "../../src/follow-catalog.ts";
import { fakeEmbeddings } from "../support/fake-embeddings.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const SEMANTIC = { embeddingsUrl: "http://localhost:1/v1", embeddingsModel: "tiny" };

describe("vectors of documentation that changes", { timeout: 60_000 }, () => {
  it("are asked for what has changed, and again when the endpoint was down", async () => {
    await using folder = await temporaryFolder({
      "docs/paint.md": "# Colours\n\nPaint it red or blue.\n",
      "docs/garage.md": "# Garage\n\nNothing here yet.\n",
    });
    const fake = fakeEmbeddings();
    const heard = new EventEmitter();
    const config = createConfig({ sources: ["docs"], ...SEMANTIC }, folder.path);
    await using living = await followCatalog(config, {
      fetch: fake.fetch,
      now: Date.now,
      onEvent: ({ kind }) => heard.emit(kind),
    });
    living.start();
    const ask = async (query: string): Promise<string | undefined> =>
      (await living.current.searchSemantically?.(query))?.hits[0]?.pageId;
    const garage = join(folder.path, "docs/garage.md");

    fake.requests.length = 0;
    const swapped = once(heard, "swapped");
    await writeFile(garage, "# Fix your car\n\nChange the tyre, then the oil.\n");
    await swapped;
    const asked = fake.requests.flatMap(({ input }) => input).join("\n");
    expect(asked).toContain("tyre");
    expect(asked).not.toContain("Paint");
    expect(await ask("repair automobile")).toBe("garage");
    expect(await ask("blue paint")).toBe("paint");

    fake.answer = () => new Response("", { status: 400 });
    const failed = once(heard, "source-failed");
    await writeFile(garage, "# Fix your car\n\nWash the windows.\n");
    await failed;
    expect(living.current.page("garage")?.markdown).toContain("windows");
    fake.answer = undefined;
    const recovered = once(heard, "source-recovered");
    living.refresh();
    await recovered;
    expect(await ask("mend a vehicle")).toBe("garage");
  });
});
