/** A `Uint32Array` that grows; the values are read through `values` up to `length`. */
export class GrowingUint32 {
  values: Uint32Array = new Uint32Array(256);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) this.values = grownUint32(this.values, this.length + 1);
    this.values[this.length++] = value;
  }

  /** Exactly the values pushed, until the next one. */
  view(): Uint32Array {
    return this.values.subarray(0, this.length);
  }
}

/** A `Uint8Array` that grows; the values are read through `values` up to `length`. */
export class GrowingBytes {
  values: Uint8Array = new Uint8Array(256);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) this.reserve(1);
    this.values[this.length++] = value;
  }

  /** Little-endian base 128: seven bits a byte, the high bit set on all but the last. */
  pushVarint(value: number): void {
    if (this.length + 5 > this.values.length) this.reserve(5);
    let rest = value;
    while (rest > 127) {
      this.values[this.length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.values[this.length++] = rest;
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    if (this.length + end - start > this.values.length) this.reserve(end - start);
    // A loop beats `set` for the few bytes of a word, which is what most calls bring.
    if (end - start < 24) {
      for (let i = start; i < end; i++) this.values[this.length++] = bytes[i]!;
      return;
    }
    this.values.set(bytes.subarray(start, end), this.length);
    this.length += end - start;
  }

  clear(): void {
    this.length = 0;
  }

  /** Exactly the bytes pushed, until the next one. */
  view(): Uint8Array {
    return this.values.subarray(0, this.length);
  }

  /** Makes room for `extra` more bytes. */
  reserve(extra: number): void {
    const size = Math.max(this.values.length * 2, this.length + extra);
    const grown = new Uint8Array(size);
    grown.set(this.values.subarray(0, this.length));
    this.values = grown;
  }
}

/** The same values in an array with room for at least `needed` of them. */
export function grownUint32(values: Uint32Array, needed: number): Uint32Array {
  const grown = new Uint32Array(Math.max(values.length * 2, needed));
  grown.set(values);
  return grown;
}
