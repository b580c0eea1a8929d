import { describe, expect, it } from "vitest";
import { EmbeddingsClient } from "../../../src/catalog/semantic/embeddings-client.ts";
import { SectionEmbedder } from "../../../src/catalog/semantic/section-embedder.ts";
import { decodeVectors } from "../../../src/search/semantic/vector-store.ts";
import { document } from "../../search/support.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import {
  embeddingsResponse,
  type FakeEmbeddings,
  fakeEmbeddings,
  fakeVector,
} from "../../support/fake-embeddings.ts";
import { runOnClock } from "../../support/run-on-clock.ts";

interface Run {
  readonly section: Uint8Array | undefined;
  readonly failure: string | undefined;
  readonly tookMs: number;
}

async function embed(fake: FakeEmbeddings, count: number, text = "fix the car"): Promise<Run> {
  const clock = new FakeClock();
  const start = clock.now();
  const client = new EmbeddingsClient({
    ...{ url: "https://models.example/v1/", model: "tiny", key: "sk-secret" },
    ...{ fetch: fake.fetch, clock },
  });
  const embedder = new SectionEmbedder(client, { clock });
  const section = await runOnClock(
    clock,
    (async () => {
      for (let i = 0; i < count; i++) await embedder.add(document(`page#${i}`, { text }));
      return embedder.finish();
    })(),
  );
  return { section, failure: embedder.failure?.message, tookMs: clock.now() - start };
}

const vectorsFor = (input: readonly string[]): number[][] => input.map((text) => fakeVector(text));

describe("SectionEmbedder", () => {
  it("asks in batches, with the key, and keeps a vector a section", async () => {
    const fake = fakeEmbeddings();
    const { section, failure } = await embed(fake, 150);
    expect(failure).toBeUndefined();
    expect(fake.requests.map(({ input }) => input.length)).toEqual([64, 64, 22]);
    expect(fake.requests[0]).toMatchObject({
      url: "https://models.example/v1/embeddings",
      authorization: "Bearer sk-secret",
      model: "tiny",
    });
    expect(decodeVectors(section!, 150)).toMatchObject({ model: "tiny", dimension: 64 });
  });

  it("cuts long texts, between characters", async () => {
    const fake = fakeEmbeddings();
    await embed(fake, 1, `${"a".repeat(1_999)}😀b`);
    expect(fake.requests[0]?.input).toEqual(["a".repeat(1_999)]);
  });

  it("tries again after 429 and 5xx, as late as it is asked to", async () => {
    const fake = fakeEmbeddings();
    const answers = [
      new Response("", { status: 429, headers: { "retry-after": "7" } }),
      new Response("", { status: 503 }),
    ];
    fake.answer = ({ input }) => answers.shift() ?? embeddingsResponse(vectorsFor(input));
    const { section, tookMs } = await embed(fake, 1);
    expect(section).toBeDefined();
    expect(tookMs).toBe(7_000 + 2_000);
  });

  it("gives up after five requests, and asks no more", async () => {
    const fake = fakeEmbeddings();
    fake.answer = () => new Response("", { status: 500 });
    const { section, failure } = await embed(fake, 200);
    expect(section).toBeUndefined();
    expect(failure).toMatch(/status 500/);
    expect(fake.requests.length).toBe(5);
  });

  it("does not wait for hours", async () => {
    const fake = fakeEmbeddings();
    fake.answer = () => new Response("", { status: 429, headers: { "retry-after": "3600" } });
    expect((await embed(fake, 1)).tookMs).toBe(0);
  });

  it("gives up an endpoint that does not answer", async () => {
    const fake = fakeEmbeddings();
    fake.answer = () => new Promise(() => undefined);
    expect((await embed(fake, 1)).failure).toMatch(/did not answer within 60000 ms/);
  });

  it.each<[string, () => Response, RegExp]>([
    ["a wrong key", () => new Response("", { status: 401 }), /status 401/],
    ["no JSON", () => new Response("<html>"), /no JSON/],
    ["another shape", () => Response.json({ vectors: [] }), /without a list/],
    ["too few vectors", () => embeddingsResponse([]), /0 vectors for 1 texts/],
    ["NaN", () => embeddingsResponse([[1, null]]), /no finite number/],
    ["infinity", () => new Response('{"data":[{"embedding":[1e999]}]}'), /no finite number/],
    ["zeros", () => embeddingsResponse([[0, 0]]), /zeros/],
    ["text for numbers", () => embeddingsResponse([["1", "2"]]), /no finite number/],
    ["nothing", () => embeddingsResponse([[]]), /0 components/],
    ["too many components", () => embeddingsResponse([Array(9_000).fill(1)]), /9000 components/],
    ["a huge body", () => new Response(new Uint8Array(2_000_000)), /more than \d+ bytes/],
    [
      "a strange index",
      () => Response.json({ data: [{ index: -1, embedding: [1] }] }),
      /the index -1/,
    ],
  ])("takes %s for a failure that no repetition mends", async (_, answer, message) => {
    const fake = fakeEmbeddings();
    fake.answer = answer;
    const { failure, section } = await embed(fake, 1);
    expect(failure).toMatch(message);
    expect(failure).not.toContain("sk-secret");
    expect(section).toBeUndefined();
    expect(fake.requests.length).toBe(1);
  });

  it("refuses vectors of another length in a later batch", async () => {
    const fake = fakeEmbeddings();
    fake.answer = ({ input }) =>
      embeddingsResponse(input.map((text) => fakeVector(text, fake.requests.length * 8)));
    expect((await embed(fake, 100)).failure).toMatch(/16 components among 8/);
  });

  it("ends with the signal's reason", async () => {
    const fake = fakeEmbeddings();
    const controller = new AbortController();
    const clock = new FakeClock();
    const client = new EmbeddingsClient({
      ...{ url: "https://models.example/v1/", model: "tiny", fetch: fake.fetch, clock },
    });
    const embedder = new SectionEmbedder(client, { clock, signal: controller.signal });
    fake.answer = () => new Promise(() => controller.abort(new Error("stop")));
    await embedder.add(document("page#1"));
    await expect(embedder.finish()).rejects.toThrow("stop");
  });
});
