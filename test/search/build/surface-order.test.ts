import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GrowingBytes } from "../../../src/search/build/growing.ts";
import {
  placesOf,
  renumberStreams,
  surfacesByCount,
} from "../../../src/search/build/surface-order.ts";
import { Tape } from "../../../src/search/build/tape.ts";
import { bytesOf } from "../../../src/search/file/sections.ts";

describe("surfacesByCount", () => {
  it("puts the commonest first, and of equals the earlier", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(5), fc.nat(1 << 20))), (counts) => {
        const order = [...surfacesByCount(Uint32Array.from(counts))];
        const expected = [...counts.keys()].toSorted((a, b) => counts[b]! - counts[a]! || a - b);
        expect(order).toEqual(expected);
        const places = placesOf(Uint32Array.from(order));
        expect(order.map((surface) => places[surface])).toEqual([...order.keys()]);
      }),
    );
  });
});

describe("renumberStreams", () => {
  it("writes each field again with the numbers given", () => {
    const field = fc.array(fc.oneof(fc.nat(99), fc.constantFrom(130, 20_000)), { maxLength: 200 });
    const documents = fc.array(fc.tuple(field, field, field, field), { maxLength: 20 });
    fc.assert(
      fc.property(documents, (given) => {
        const numbers = Uint32Array.from({ length: 20_001 }, (_, surface) => 20_000 - surface);
        const write = (renumber: (surface: number) => number): [Uint8Array, number[]] => {
          const tape = new GrowingBytes();
          const ends = [0];
          for (const fields of given) {
            for (const surfaces of fields) {
              const bytes = new GrowingBytes();
              for (const surface of surfaces) bytes.pushVarint(renumber(surface));
              tape.pushVarint(bytes.length);
              tape.append(bytes.values, 0, bytes.length);
            }
            ends.push(tape.length);
          }
          return [tape.view(), ends];
        };
        const [old] = write((surface) => surface);
        const tape = new Tape();
        tape.append(old, 0, old.length);
        const made = renumberStreams(tape, given.length, numbers, undefined);
        const [expected, ends] = write((surface) => 20_000 - surface);
        expect(Buffer.compare(bytesOf(made.bytes), expected)).toBe(0);
        expect([...new Uint32Array(bytesOf(made.offsets).buffer)]).toEqual(ends);
      }),
      { numRuns: 30 },
    );
  });
});
