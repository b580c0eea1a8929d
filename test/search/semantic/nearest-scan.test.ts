import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DocportError } from "../../../src/lib/errors.ts";
import { NearestScan } from "../../../src/search/semantic/nearest-scan.ts";
import {
  decodeVectors,
  encodeVectors,
  normalise,
  quantise,
} from "../../../src/search/semantic/vector-store.ts";
import { VectorsBuilder } from "../../../src/search/semantic/vectors-builder.ts";

const component = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const vectorOf = (dimension: number): fc.Arbitrary<number[]> =>
  fc
    .array(component, { minLength: dimension, maxLength: dimension })
    .filter((vector) => vector.some((value) => Math.abs(value) > 1e-3));
const vectorsOf = fc
  .integer({ min: 1, max: 24 })
  .chain((dimension) =>
    fc.tuple(vectorOf(dimension), fc.array(vectorOf(dimension), { minLength: 1, maxLength: 80 })),
  );

function storeOf(vectors: readonly (readonly number[])[]): ReturnType<typeof decodeVectors> {
  const builder = new VectorsBuilder("model");
  for (const vector of vectors) builder.add(vector);
  return decodeVectors(builder.finish()!, vectors.length);
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a)) / Math.sqrt(dot(b, b));
}

/** "read", or the code of the one kind of failure. */
function outcomeOf(bytes: Uint8Array): string {
  try {
    const { components, dimension } = decodeVectors(bytes, 3);
    return components.length === 3 * dimension ? "read" : "read, and wrong";
  } catch (error) {
    if (error instanceof DocportError) return error.code;
    throw error;
  }
}

describe("NearestScan", () => {
  it("finds what sorting all similarities finds, in steps of any size", () => {
    fc.assert(
      fc.property(
        vectorsOf,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 5 }),
        ([query, vectors], count, products, every) => {
          const store = storeOf(vectors);
          const accepts = (document: number): boolean => document % every === 0;
          const scan = new NearestScan(store, query, count, accepts);
          while (scan.step(products)) expect(scan.found().length).toBeLessThanOrEqual(count);
          const unit = Float32Array.from(normalise(query)!);
          const all = vectors
            .map((_, document) => {
              const at = document * store.dimension;
              const row = store.components.subarray(at, at + store.dimension);
              const dot = row.reduce((sum, value, i) => sum + value * unit[i]!, 0);
              return { document, similarity: dot * store.scales[document]! };
            })
            .filter(({ document }) => accepts(document))
            .toSorted((a, b) => b.similarity - a.similarity || a.document - b.document);
          expect(scan.found()).toEqual(all.slice(0, count));
        },
      ),
    );
  });

  it("is as near the true cosine as eight bits allow", () => {
    fc.assert(
      fc.property(vectorsOf, ([query, vectors]) => {
        const store = storeOf(vectors);
        const scan = new NearestScan(store, query, vectors.length);
        while (scan.step());
        const sum = normalise(query)!.reduce((total, value) => total + Math.abs(value), 0);
        for (const { document, similarity } of scan.found()) {
          const error = Math.abs(similarity - cosine(query, vectors[document]!));
          expect(error).toBeLessThanOrEqual((store.scales[document]! / 2) * sum + 1e-5);
        }
      }),
    );
  });

  it("skips documents without a vector, and refuses queries of another kind", () => {
    const store = { model: "m", dimension: 2, scales: Float32Array.of(0, 0.001) };
    const full = { ...store, components: Int8Array.of(0, 0, 127, 0) };
    const scan = new NearestScan(full, [1, 0], 5);
    expect(scan.step()).toBe(false);
    expect(scan.found().map(({ document }) => document)).toEqual([1]);
    for (const query of [[1], [0, 0], [Number.NaN, 1], [Infinity, 1]]) {
      expect(() => new NearestScan(full, query, 5)).toThrow(RangeError);
    }
  });
});

describe("the section of vectors", () => {
  it("gives back what was written", () => {
    const store = {
      model: "nomic-embed-text·v1",
      dimension: 3,
      scales: Float32Array.of(0, 0.25),
      components: Int8Array.of(0, 0, 0, 127, -127, 3),
    };
    expect(decodeVectors(encodeVectors(store), 2)).toEqual(store);
  });

  it("takes a byte a component and four a vector", () => {
    const size = (count: number): number => {
      const builder = new VectorsBuilder("model");
      for (let i = 0; i < count; i++) builder.add([...Array(768).keys()]);
      return builder.finish()!.length;
    };
    expect(size(101) - size(1)).toBe(100 * 772);
  });

  it("is read, or refused as damaged, whatever its bytes are", () => {
    const whole = encodeVectors({
      model: "model",
      dimension: 4,
      scales: Float32Array.of(0.1, 0.2, 0.3),
      components: new Int8Array(12).fill(9),
    });
    const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 });
    fc.assert(
      fc.property(damage, fc.nat(whole.length), (changes, length) => {
        const bytes = whole.slice(0, length);
        for (const [at, value] of changes) if (at < length) bytes[at] = value;
        expect(outcomeOf(bytes)).toMatch(/^(read|ERR_INDEX_CORRUPT)$/);
      }),
      { numRuns: 500 },
    );
    expect(() => decodeVectors(whole, 4)).toThrow(/do not fit/);
  });

  it("refuses vectors that do not go together", () => {
    const builder = new VectorsBuilder("model");
    expect(builder.finish()).toBeUndefined();
    builder.add([1, 2]);
    expect(() => builder.add([1, 2, 3])).toThrow(RangeError);
    expect(() => builder.add([0, 0])).toThrow(RangeError);
  });

  it("keeps the direction of vectors of any length", () => {
    expect(normalise([3e300, 4e300])).toEqual(Float64Array.of(0.6, 0.8));
    expect(normalise([3e-300, 4e-300])?.[1]).toBeCloseTo(0.8);
    const { scale, components } = quantise(Float64Array.of(0.6, -0.8));
    expect([...components].map((value) => value * scale)).toEqual([
      expect.closeTo(0.6, 2),
      expect.closeTo(-0.8, 2),
    ]);
  });
});
