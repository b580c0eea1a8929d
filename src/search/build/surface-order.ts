import { FIELDS } from "../ranking/scoring.ts";
import { GrowingBytes } from "./growing.ts";
import { HeapColumn } from "./heap-column.ts";
import type { Scratch, Tape } from "./tape.ts";
import { TapeReader } from "./tape-reader.ts";

const MAX_COUNT = 2 ** 20;

/**
 * The surfaces by how often they occur, the commonest first. Their numbers in the file are their
 * places in it: common ones take a byte in a token stream, and what is read of them lies close by.
 */
export function surfacesByCount(counts: Uint32Array): Uint32Array {
  // Numbers sort without a call for each comparison: rarity above, the number below.
  const keys = new Float64Array(counts.length);
  for (let surface = 0; surface < counts.length; surface++) {
    keys[surface] = (MAX_COUNT - Math.min(MAX_COUNT, counts[surface]!)) * 2 ** 32 + surface;
  }
  return Uint32Array.from(keys.toSorted(), (key) => key % 2 ** 32);
}

/** The place of each number in an order of all of them. */
export function placesOf(order: Uint32Array): Uint32Array {
  const places = new Uint32Array(order.length);
  for (let place = 0; place < order.length; place++) places[order[place]!] = place;
  return places;
}

/**
 * Token streams with other numbers for their surfaces.
 *
 * @param numbers by surface: the number it gets.
 */
export function renumberStreams(
  streams: Tape,
  documents: number,
  numbers: Uint32Array,
  scratch: Scratch | undefined,
): HeapColumn {
  const renumbered = new HeapColumn(scratch);
  const reader = new TapeReader(streams);
  const old = new GrowingBytes();
  const field = new GrowingBytes();
  const stream = new GrowingBytes();
  for (let document = 0; document < documents; document++) {
    stream.clear();
    for (let i = 0; i < FIELDS.length; i++) {
      old.clear();
      reader.take(reader.readVarint(), old);
      renumberField(old, numbers, field);
      stream.pushVarint(field.length);
      stream.append(field.values, 0, field.length);
    }
    renumbered.add(stream.values, stream.length);
  }
  return renumbered;
}

function renumberField(old: GrowingBytes, numbers: Uint32Array, out: GrowingBytes): void {
  const { values, length } = old;
  out.clear();
  for (let at = 0; at < length; ) {
    let byte = values[at++]!;
    let surface = byte & 127;
    for (let shift = 7; byte > 127; shift += 7) {
      byte = values[at++]!;
      surface |= (byte & 127) << shift;
    }
    out.pushVarint(numbers[surface]!);
  }
}
