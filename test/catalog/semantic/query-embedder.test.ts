import { describe, expect, it } from "vitest";
import { EmbeddingsClient } from "../../../src/catalog/semantic/embeddings-client.ts";
import { QueryEmbedder } from "../../../src/catalog/semantic/query-embedder.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import {
  embeddingsResponse,
  type FakeEmbeddings,
  fakeEmbeddings,
  fakeVector,
} from "../../support/fake-embeddings.ts";

interface World {
  readonly clock: FakeClock;
  readonly fake: FakeEmbeddings;
  /** Whether the query got a vector, and how long it waited. */
  readonly ask: (query: string) => Promise<{ readonly isKnown: boolean; readonly tookMs: number }>;
}

function createWorld(): World {
  const clock = new FakeClock();
  const fake = fakeEmbeddings();
  const { fetch } = fake;
  const client = new EmbeddingsClient({ url: "http://localhost:1/v1/", model: "m", fetch, clock });
  const embedder = new QueryEmbedder(client, { clock, timeoutInMs: 300 });
  return {
    clock,
    fake,
    async ask(query) {
      const start = clock.now();
      const asked = embedder.embed(query, 64).then((vector) => ({
        isKnown: vector !== undefined,
        tookMs: clock.now() - start,
      }));
      await clock.advance(0);
      await clock.advance(300);
      return asked;
    },
  };
}

const down = (): Response => new Response("", { status: 500 });

describe("QueryEmbedder", () => {
  it("keeps the vectors of the last 256 queries", async () => {
    const { ask, fake } = createWorld();
    for (let i = 0; i < 256; i++) await ask(`query ${i}`);
    await ask("query 0");
    await ask("one more");
    expect(fake.requests.length).toBe(257);
    await ask("query 0");
    expect(fake.requests.length).toBe(257);
    await ask("query 1");
    expect(fake.requests.length).toBe(258);
  });

  it("gives up after its time, and knows the vector once it has come", async () => {
    const { ask, fake, clock } = createWorld();
    fake.answer = async ({ input }) => {
      await clock.sleep(2_000);
      return embeddingsResponse(input.map((text) => fakeVector(text)));
    };
    expect(await ask("slow")).toEqual({ isKnown: false, tookMs: 300 });
    await clock.advance(2_000);
    expect(await ask("slow")).toEqual({ isKnown: true, tookMs: 0 });
    expect(fake.requests.length).toBe(1);
  });

  it("asks no more for half a minute after three failures, then lets one query try", async () => {
    const { ask, fake, clock } = createWorld();
    fake.answer = down;
    for (let i = 0; i < 10; i++) expect((await ask(`q${i}`)).isKnown).toBe(false);
    expect(fake.requests.length).toBe(3);
    await clock.advance(30_000);
    await ask("a try that fails");
    await ask("no other");
    expect(fake.requests.length).toBe(4);
    await clock.advance(30_000);
    fake.answer = undefined;
    expect((await ask("a try that succeeds")).isKnown).toBe(true);
    expect((await ask("and the next")).isKnown).toBe(true);
  });

  it("lets only one query try at a time, and the others wait for nothing", async () => {
    const { ask, fake, clock } = createWorld();
    fake.answer = () => new Promise(() => undefined);
    for (let i = 0; i < 3; i++) await ask(`q${i}`);
    await clock.advance(30_000);
    const answers = await Promise.all([ask("first"), ask("second"), ask("third")]);
    expect(answers.map(({ tookMs }) => tookMs).filter((took) => took > 0).length).toBe(1);
    expect(fake.requests.length).toBe(4);
  });

  it("has at most eight requests under way, and one a query", async () => {
    const { ask, fake } = createWorld();
    fake.answer = () => new Promise(() => undefined);
    await Promise.all(Array.from({ length: 20 }, (_, i) => ask(`q${i % 12}`)));
    expect(fake.requests.length).toBe(8);
  });

  it("takes another dimension for a failure", async () => {
    const { ask, fake } = createWorld();
    fake.answer = ({ input }) => embeddingsResponse(input.map((text) => fakeVector(text, 32)));
    for (let i = 0; i < 5; i++) expect((await ask("same")).isKnown).toBe(false);
    expect(fake.requests.length).toBe(3);
  });
});
