import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createAccess } from "../../../src/access.ts";
import { createBearerKey, hashBearerKey } from "../../../src/auth/bearer-key.ts";
import { writeKeyFile } from "../../../src/auth/key-file.ts";
import type { IndexedCatalog } from "../../../src/catalog/open-catalog.ts";
import { createConfig } from "../../../src/config.ts";
import { catalogOf, type PageSpec } from "../../auth/catalogs.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { createTestHandler } from "../../support/start-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { answerOf, requestsFor } from "./hidden-requests.ts";

const BASE = "http://localhost:8080";
const KEY = createBearerKey();

/** A catalog that notes what is asked of it, and of those that are made from it. */
function watched(catalog: IndexedCatalog, name: string, calls: string[]): IndexedCatalog {
  return new Proxy(catalog, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      if (property === "without") {
        return async (ids: ReadonlySet<string>) =>
          watched(await target.without(ids), `${name} view`, calls);
      }
      if (typeof value !== "function") return value;
      return (...given: unknown[]): unknown => {
        calls.push(`${name} ${String(property)} ${JSON.stringify(given)}`);
        return Reflect.apply(value, target, given);
      };
    },
  });
}

describe("a question about a hidden page", () => {
  it("is the same work as one about a page that never was, and none for the whole index", async () => {
    await using folder = await temporaryFolder();
    const keysFile = join(folder.path, "keys.json");
    const hash = hashBearerKey(KEY).toString("hex");
    await writeKeyFile(keysFile, [{ id: "1", name: "ci", hash, scopes: [], createdAtMs: 0 }]);
    const pages: PageSpec[] = [
      { id: "guide/0", text: "The gateway and its token." },
      { id: "guide/1", text: "How to deploy a replica of zanzibar." },
      { id: "internal/zanzibarx", text: "The acquisition.", aliases: ["/zanzibarx/"] },
    ];
    const calls: string[] = [];
    const given = { sources: ["docs"], access: ["docs:internal=internal"], auth: { keysFile } };
    const access = createAccess(createConfig(given, "/"), {
      ...{ version: "1.2.3", clock: new FakeClock(), log: () => undefined },
      fetch: () => Promise.reject(new Error("this test has no network")),
    });
    if (access) access.show(await access.viewsOf(watched(await catalogOf(pages), "whole", calls)));
    await using handler = createTestHandler({
      access: access?.createGate(BASE),
      publicUrl: BASE,
    });
    const workFor = async (name: string): Promise<string[]> => {
      calls.length = 0;
      for (const request of requestsFor(BASE, KEY, `${name} gateway`, name)) {
        await answerOf(async (one) => handler.fetch(one), request);
      }
      return calls.map((call) => call.replaceAll(name, "NAME"));
    };
    // What is worked out once for a catalog.
    await workFor("zanzibarw");
    const missing = await workFor("zanzibary");
    const hidden = await workFor("zanzibarx");
    expect(hidden).toEqual(missing);
    expect(hidden.length).toBeGreaterThan(20);
    expect(hidden.filter((call) => !call.startsWith("whole view "))).toEqual([]);
  });
});
