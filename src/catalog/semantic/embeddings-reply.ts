import { MAX_DIMENSION } from "../../search/semantic/vector-store.ts";

/**
 * The vectors in an answer of `/v1/embeddings`, in the order of the texts. Throws an Error that says
 * what does not fit: their number, their length, or a component that is no finite number.
 */
export function readEmbeddings(body: unknown, count: number): Float32Array[] {
  const data = isRecord(body) ? body["data"] : undefined;
  if (!Array.isArray(data)) throw new Error("an answer without a list `data`");
  if (data.length !== count) throw new Error(`${data.length} vectors for ${count} texts`);
  const vectors = Array.from({ length: count }, (): Float32Array | undefined => undefined);
  for (const [position, item] of data.entries()) {
    const record: Readonly<Record<string, unknown>> = isRecord(item) ? item : {};
    // Some servers leave the index out, and keep the order.
    const index = record["index"] ?? position;
    if (typeof index !== "number" || !(index in vectors) || vectors[index] !== undefined) {
      throw new Error(`a vector with the index ${JSON.stringify(index)?.slice(0, 20)}`);
    }
    vectors[index] = readVector(record["embedding"]);
  }
  const read = vectors.filter((vector) => vector !== undefined);
  const dimension = read[0]?.length;
  if (read.some(({ length }) => length !== dimension)) throw new Error("vectors of unequal length");
  return read;
}

function readVector(value: unknown): Float32Array {
  const length = Array.isArray(value) ? value.length : 0;
  if (!Array.isArray(value) || length < 1 || length > MAX_DIMENSION) {
    throw new Error(`a vector of ${length} components`);
  }
  const vector = new Float32Array(length);
  let hasDirection = false;
  for (const [index, component] of value.entries()) {
    vector[index] = typeof component === "number" ? component : Number.NaN;
    if (!Number.isFinite(vector[index])) throw new Error("a component that is no finite number");
    hasDirection ||= vector[index] !== 0;
  }
  if (!hasDirection) throw new Error("a vector of zeros");
  return vector;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
