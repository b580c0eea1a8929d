import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createAccess, type PreparedAccess } from "../../../src/access.ts";
import { createBearerKey, hashBearerKey } from "../../../src/auth/bearer-key.ts";
import { writeKeyFile } from "../../../src/auth/key-file.ts";
import { createConfig } from "../../../src/config.ts";
import type { HttpHandler } from "../../../src/http/http-options.ts";
import { BUILT_AT, catalogOf, type PageSpec } from "../../auth/catalogs.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { createTestHandler } from "../../support/start-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { answerOf, requestsFor } from "./hidden-requests.ts";

const BASE = "http://localhost:8080";
const NARROW = createBearerKey();
const WIDE = createBearerKey();
const DAY_MS = 86_400_000;

const OPEN: readonly PageSpec[] = [
  { id: "guide/0", text: "The gateway and its token.", version: "1.0" },
  { id: "guide/1", text: "How to deploy a replica.", language: "de" },
];
const HIDDEN: readonly PageSpec[] = [{ id: "internal/zanzibar-0", text: "The acquisition." }];
const CHANGED: readonly PageSpec[] = [
  { id: "internal/zanzibar-0", text: "The acquisition is off.", version: "9.9-zanzibar" },
  { id: "internal/zanzibar-1", text: "A gateway in Zanzibar.", language: "fr" },
];

interface Stage extends AsyncDisposable {
  readonly access: PreparedAccess;
  readonly handler: HttpHandler;
  /** All that a caller is told. */
  answers(key?: string): Promise<unknown[]>;
}

/** A server on which a key without scopes, one with all of them, and anybody see different pages. */
async function openStage(): Promise<Stage> {
  const folder = await temporaryFolder();
  const keysFile = join(folder.path, "keys.json");
  const record = (id: string, key: string, scopes: string[]) => ({
    ...{ id, name: id, hash: hashBearerKey(key).toString("hex"), scopes, createdAtMs: 0 },
  });
  await writeKeyFile(keysFile, [record("1", NARROW, []), record("2", WIDE, ["docs:internal"])]);
  const auth = { keysFile, allowAnonymous: true };
  const given = { sources: ["docs"], access: ["docs:internal=internal"], auth };
  const access = createAccess(createConfig(given, "/"), {
    ...{ version: "1.2.3", clock: new FakeClock(), log: () => undefined },
    fetch: () => Promise.reject(new Error("this test has no network")),
    status: ({ facts }) => ({
      isReady: true,
      index: [`Built at ${new Date(facts.builtAt).toISOString()}.`],
      certificate: [],
    }),
  });
  if (!access) throw new Error("the settings make nothing private");
  access.show(await access.viewsOf(await catalogOf([...OPEN, ...HIDDEN])));
  const handler = createTestHandler({ access: access.createGate(BASE), publicUrl: BASE });
  return {
    access,
    handler,
    async answers(key) {
      const answers: unknown[] = [];
      for (const request of requestsFor(BASE, key, "gateway zanzibar")) {
        answers.push(await answerOf(async (one) => handler.fetch(one), request));
      }
      return answers;
    },
    async [Symbol.asyncDispose]() {
      await handler.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe("a change of pages that a caller may not see", () => {
  it("leaves every answer as it was, with its headers and dates", async () => {
    await using stage = await openStage();
    const before = [await stage.answers(), await stage.answers(NARROW)];
    const wide = await stage.answers(WIDE);
    stage.access.show(
      await stage.access.viewsOf(await catalogOf([...OPEN, ...CHANGED], BUILT_AT + DAY_MS)),
    );
    expect([await stage.answers(), await stage.answers(NARROW)]).toEqual(before);
    expect(await stage.answers(WIDE)).not.toEqual(wide);
  });

  it("is not told of, and leaves what was worked out for them", async () => {
    await using stage = await openStage();
    const gate = stage.access.createGate(BASE);
    const [narrow, wide] = gate.views;
    const before = narrow?.catalog();
    const told: string[] = [];
    narrow?.events?.subscribe(({ kind }) => told.push(`narrow ${kind}`));
    const heard = new Promise<void>((resolve) => {
      wide?.events?.subscribe(({ kind }) => {
        told.push(`wide ${kind}`);
        resolve();
      });
    });
    stage.access.show(
      await stage.access.viewsOf(await catalogOf([...OPEN, ...CHANGED], BUILT_AT + DAY_MS)),
    );
    await heard;
    expect(told.filter((one) => one.startsWith("narrow"))).toEqual([]);
    expect(narrow?.catalog()).toBe(before);
    expect(wide?.catalog().facts.builtAt).toBe(BUILT_AT + DAY_MS);
  });

  it("is told from one of pages that they see", async () => {
    await using stage = await openStage();
    const [narrow] = stage.access.createGate(BASE).views;
    const more = { id: "guide/2", text: "One page more." };
    stage.access.show(
      await stage.access.viewsOf(await catalogOf([...OPEN, more, ...HIDDEN], BUILT_AT + DAY_MS)),
    );
    expect(narrow?.catalog().facts).toMatchObject({ pageCount: 3, builtAt: BUILT_AT + DAY_MS });
  });
});
