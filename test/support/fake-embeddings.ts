import * as z from "zod";

/** Words that the fake model takes to mean the same. */
const SYNONYMS: Readonly<Record<string, string>> = {
  automobile: "car",
  vehicle: "car",
  repair: "fix",
  mend: "fix",
};

const DIMENSION = 64;

const bodySchema = z.object({ model: z.string(), input: z.array(z.string()) });

/** A bag of words as a vector: deterministic, and blind to all but words and their synonyms. */
export function fakeVector(text: string, dimension: number = DIMENSION): number[] {
  const vector = Array.from({ length: dimension }, () => 0);
  for (const word of text.toLowerCase().match(/[a-z]{3,}/g) ?? ["none"]) {
    const meant = SYNONYMS[word] ?? word;
    let hash = 7;
    for (const char of meant) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 1_000_003;
    vector[hash % dimension] = (vector[hash % dimension] ?? 0) + 1;
  }
  return vector;
}

export interface EmbeddingsRequest {
  readonly url: string;
  readonly authorization: string | null;
  readonly model: string;
  readonly input: readonly string[];
}

export interface FakeEmbeddings {
  readonly fetch: typeof fetch;
  readonly requests: EmbeddingsRequest[];
  /** Takes the place of the right answer from now on; undefined: the right answer again. */
  answer: ((request: EmbeddingsRequest) => Response | Promise<Response>) | undefined;
}

/** The right answer of an OpenAI-compatible endpoint, its items not in order. */
export function embeddingsResponse(vectors: readonly (readonly unknown[])[]): Response {
  const data = vectors.map((embedding, index) => ({ object: "embedding", index, embedding }));
  return Response.json({ object: "list", data: data.toReversed() });
}

/** An embeddings endpoint in this process. */
export function fakeEmbeddings(): FakeEmbeddings {
  const fake: FakeEmbeddings = {
    requests: [],
    answer: undefined,
    async fetch(input, init) {
      const request = new Request(input, init);
      const { model, input: texts } = bodySchema.parse(await request.json());
      const { url, headers } = request;
      const seen = { url, authorization: headers.get("authorization"), model, input: texts };
      fake.requests.push(seen);
      return fake.answer
        ? fake.answer(seen)
        : embeddingsResponse(texts.map((text) => fakeVector(text)));
    },
  };
  return fake;
}
