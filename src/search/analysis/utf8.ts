const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** `bytes[start, end)` as a string; damaged UTF-8 becomes U+FFFD. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end));
}

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Text as UTF-8 in a buffer that is used again by the next call. */
export class Utf8Scratch {
  bytes: Uint8Array = new Uint8Array(4096);

  /** Fills `bytes` and returns how many of them count. Lone surrogates become U+FFFD. */
  encode(text: string): number {
    // Three bytes are the most that one UTF-16 unit can take.
    if (this.bytes.length < text.length * 3) this.bytes = new Uint8Array(text.length * 3 + 4096);
    return encoder.encodeInto(text, this.bytes).written;
  }
}

/** The code point that begins at `at`; what is damaged reads as U+FFFD. */
export function codePointAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return first;
  const second = bytes[at + 1]! & 0x3f;
  if (first < 0xe0) return ((first & 0x1f) << 6) | second;
  const third = bytes[at + 2]! & 0x3f;
  if (first < 0xf0) return ((first & 0x0f) << 12) | (second << 6) | third;
  return ((first & 0x07) << 18) | (second << 12) | (third << 6) | (bytes[at + 3]! & 0x3f);
}

/** Bytes of the code point whose first byte this is. */
export function codePointBytes(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

/** UTF-16 units of `bytes[start, end)`, which must be whole characters of sound UTF-8. */
export function utf16Length(bytes: Uint8Array, start: number, end: number): number {
  let units = end - start;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    // Bytes that continue a character count nothing, the first of four counts two.
    if (byte > 0x7f) units += byte < 0xc0 ? -1 : byte > 0xef ? 1 : 0;
  }
  return units;
}
