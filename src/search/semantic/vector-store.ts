import { encodeUtf8 } from "../analysis/utf8.ts";
import { corrupt } from "../file/sections.ts";

/**
 * The section of an index file that holds vectors, a row a document in the order of the segments.
 * All numbers are little-endian.
 *
 *      0  version     uint32, 1
 *      4  dimension   uint32
 *      8  rows        uint32
 *     12  name bytes  uint32
 *     16  name of the model in UTF-8, zeros to a multiple of 4
 *         scales      float32 a row; 0: the document has no vector
 *         components  int8, `dimension` a row
 *
 * A row stands for `scale * components`, a vector of length 1. It takes `dimension + 4` bytes, a
 * quarter of what float32 takes; no component is off by more than half a scale, at most 1/254.
 */
const VERSION = 1;
const HEADER_BYTES = 16;
const MAX_MODEL_BYTES = 400;
/** Components of a vector, at most; the largest models in use have 4,096. */
export const MAX_DIMENSION = 8192;
const STEPS = 127;

/** Vectors of documents, by their number in the index. */
export interface VectorStore {
  /** The model that made them, by its name at the endpoint. */
  readonly model: string;
  readonly dimension: number;
  /** By document; 0 when it has no vector. */
  readonly scales: Float32Array;
  /** By document, `dimension` each. */
  readonly components: Int8Array;
}

/** A vector in eight bits a component. */
export interface QuantisedVector {
  readonly scale: number;
  readonly components: Int8Array;
}

/**
 * Makes a vector one of length 1. Undefined when it has no direction: a component that is no finite
 * number, or nothing but zeros.
 */
export function normalise(vector: ArrayLike<number>): Float64Array | undefined {
  const values = Float64Array.from(vector);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!(largest > 0 && Number.isFinite(largest))) return undefined;
  // Divided by the largest first, so that squares neither overflow nor vanish.
  const length = Math.sqrt(values.reduce((sum, value) => sum + (value / largest) ** 2, 0));
  return values.map((value) => value / largest / length);
}

/** @param unit a vector of length 1. */
export function quantise(unit: Float64Array): QuantisedVector {
  const largest = unit.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = Math.fround(largest / STEPS);
  const components = Int8Array.from(unit, (value) =>
    Math.max(-STEPS, Math.min(STEPS, Math.round(value / scale))),
  );
  return { scale, components };
}

/** Throws RangeError when the columns do not fit the dimension, or the name is too long. */
export function encodeVectors(store: VectorStore): Uint8Array {
  const { dimension, scales, components } = store;
  const model = encodeUtf8(store.model);
  const isRight =
    dimension >= 1 &&
    dimension <= MAX_DIMENSION &&
    model.length <= MAX_MODEL_BYTES &&
    components.length === scales.length * dimension;
  if (!isRight) throw new RangeError(`vectors: ${dimension} components do not fit their columns`);
  const scalesAt = HEADER_BYTES + Math.ceil(model.length / 4) * 4;
  const bytes = new Uint8Array(scalesAt + scales.byteLength + components.length);
  new Uint32Array(bytes.buffer, 0, 4).set([VERSION, dimension, scales.length, model.length]);
  bytes.set(model, HEADER_BYTES);
  new Float32Array(bytes.buffer, scalesAt, scales.length).set(scales);
  new Int8Array(bytes.buffer, scalesAt + scales.byteLength).set(components);
  return bytes;
}

/**
 * Reads the section as views of its bytes, which begin at a multiple of 4. Throws
 * ERR_INDEX_CORRUPT when it is not what {@link encodeVectors} wrote for so many documents.
 */
export function decodeVectors(bytes: Uint8Array, documentCount: number): VectorStore {
  if (bytes.length < HEADER_BYTES) throw corrupt("its vectors are cut");
  const header = new Uint32Array(bytes.buffer, bytes.byteOffset, 4);
  const [version, dimension, rows, modelBytes] = [header[0]!, header[1]!, header[2]!, header[3]!];
  const scalesAt = HEADER_BYTES + Math.ceil(modelBytes / 4) * 4;
  const fits =
    version === VERSION &&
    dimension >= 1 &&
    dimension <= MAX_DIMENSION &&
    rows === documentCount &&
    modelBytes <= MAX_MODEL_BYTES &&
    bytes.length === scalesAt + rows * (dimension + 4);
  if (!fits) throw corrupt("its vectors do not fit the rest");
  const scales = new Float32Array(bytes.buffer, bytes.byteOffset + scalesAt, rows);
  if (!scales.every((scale) => scale >= 0 && scale <= 1)) {
    throw corrupt("its vectors are longer than vectors are");
  }
  const model = readName(bytes.subarray(HEADER_BYTES, HEADER_BYTES + modelBytes));
  const components = new Int8Array(
    bytes.buffer,
    bytes.byteOffset + scalesAt + rows * 4,
    rows * dimension,
  );
  return { model, dimension, scales, components };
}

function readName(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw corrupt("the name of its model is no text");
  }
}
