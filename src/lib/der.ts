/**
 * Distinguished Encoding Rules (ITU-T X.690) for the handful of shapes that this package writes and
 * reads: certificate requests, certificates and their extensions. Tags are single bytes, lengths
 * definite and minimal; everything else is refused.
 */

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One element: its identifier octet, its contents, and the whole of it as it was encoded. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly raw: Uint8Array;
}

/** Any element: identifier octet, length, and the contents one after the other. */
export function encodeElement(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Uint8Array.of(tag), encodeLength(length), ...contents]);
}

function encodeLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Uint8Array.of(0x80 | bytes.length, ...bytes);
}

export function encodeSequence(...items: readonly Uint8Array[]): Uint8Array {
  return encodeElement(TAG.sequence, ...items);
}

/** SET OF: the items are put in the ascending order that DER asks for (X.690 §11.6). */
export function encodeSet(...items: readonly Uint8Array[]): Uint8Array {
  return encodeElement(TAG.set, ...items.toSorted((a, b) => Buffer.compare(a, b)));
}

export function encodeBoolean(value: boolean): Uint8Array {
  return encodeElement(TAG.boolean, Uint8Array.of(value ? 0xff : 0x00));
}

export function encodeNull(): Uint8Array {
  return encodeElement(TAG.null);
}

/** A non-negative INTEGER from its big-endian bytes; leading zeros are dropped or added as needed. */
export function encodeUnsignedInteger(value: Uint8Array | number): Uint8Array {
  const bytes = typeof value === "number" ? bytesOf(value) : value;
  const start = bytes.findIndex((byte) => byte !== 0);
  if (start < 0) return encodeElement(TAG.integer, Uint8Array.of(0));
  const digits = bytes.subarray(start);
  // The first bit is the sign.
  const padding = (digits[0] ?? 0) >= 0x80 ? Uint8Array.of(0) : new Uint8Array();
  return encodeElement(TAG.integer, padding, digits);
}

function bytesOf(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`INTEGER: a safe integer from 0 up is expected, got ${value}`);
  }
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
}

/** BIT STRING of whole bytes; `unusedBits` is how many low bits of the last byte do not count. */
export function encodeBitString(bytes: Uint8Array, unusedBits = 0): Uint8Array {
  return encodeElement(TAG.bitString, Uint8Array.of(unusedBits), bytes);
}

export function encodeOctetString(bytes: Uint8Array): Uint8Array {
  return encodeElement(TAG.octetString, bytes);
}

export function encodeUtf8String(text: string): Uint8Array {
  return encodeElement(TAG.utf8String, Buffer.from(text, "utf8"));
}

/** OBJECT IDENTIFIER from its dotted form, for example "2.5.29.17". */
export function encodeObjectIdentifier(dotted: string): Uint8Array {
  if (!/^[0-2](?:\.(?:0|[1-9]\d{0,14}))+$/.test(dotted)) {
    throw new RangeError(`object identifier: dotted numbers are expected, got "${dotted}"`);
  }
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return encodeElement(TAG.objectIdentifier, ...[first * 40 + second, ...rest].map(base128));
}

function base128(value: number): Uint8Array {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift((rest % 128) | 0x80);
  }
  return Uint8Array.from(bytes);
}

/** A time of RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime after, whole seconds. */
export function encodeTime(epochMs: number): Uint8Array {
  const date = new Date(epochMs);
  const digits = `${date.toISOString().slice(0, 19).replaceAll(/[-:T]/g, "")}Z`;
  const year = date.getUTCFullYear();
  return year >= 1950 && year < 2050
    ? encodeElement(TAG.utcTime, Buffer.from(digits.slice(2), "latin1"))
    : encodeElement(TAG.generalizedTime, Buffer.from(digits, "latin1"));
}

/** `[number]` of a context: EXPLICIT and structured ones are constructed, IMPLICIT strings are not. */
export function encodeContext(
  number: number,
  form: "constructed" | "primitive",
  ...contents: readonly Uint8Array[]
): Uint8Array {
  return encodeElement(contextTag(number, form), ...contents);
}

/** The identifier octet of `[number]`, for comparing with {@link DerElement.tag}. */
export function contextTag(number: number, form: "constructed" | "primitive"): number {
  return 0x80 | (form === "constructed" ? 0x20 : 0) | number;
}

/** Reads exactly one element; throws SyntaxError when the bytes are not that. */
export function decodeElement(bytes: Uint8Array): DerElement {
  const [element, end] = elementAt(bytes, 0);
  if (end !== bytes.length) throw new SyntaxError(`DER: ${bytes.length - end} bytes too many`);
  return element;
}

/** The elements inside a constructed one, in order. Linear in its size; not recursive. */
export function childrenOf(element: DerElement): DerElement[] {
  return decodeElements(element.content);
}

function decodeElements(bytes: Uint8Array): DerElement[] {
  const elements: DerElement[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const [element, end] = elementAt(bytes, offset);
    elements.push(element);
    offset = end;
  }
  return elements;
}

function elementAt(bytes: Uint8Array, offset: number): readonly [DerElement, number] {
  const tag = byteAt(bytes, offset);
  if ((tag & 0x1f) === 0x1f) throw new SyntaxError("DER: tags of several bytes are not expected");
  const [length, start] = lengthAt(bytes, offset + 1);
  const end = start + length;
  if (end > bytes.length) {
    throw new SyntaxError(`DER: ${length} bytes are announced, ${bytes.length - start} are there`);
  }
  return [{ tag, content: bytes.subarray(start, end), raw: bytes.subarray(offset, end) }, end];
}

function lengthAt(bytes: Uint8Array, offset: number): readonly [number, number] {
  const first = byteAt(bytes, offset);
  if (first < 0x80) return [first, offset + 1];
  const count = first & 0x7f;
  if (count === 0 || count > 4) throw new SyntaxError("DER: a definite length is expected");
  let length = 0;
  for (let i = 1; i <= count; i++) length = length * 256 + byteAt(bytes, offset + i);
  if (length < 0x80 || length < 256 ** (count - 1)) {
    throw new SyntaxError("DER: the length is not in its shortest form");
  }
  return [length, offset + 1 + count];
}

function byteAt(bytes: Uint8Array, offset: number): number {
  const byte = bytes[offset];
  if (byte === undefined) throw new SyntaxError("DER: the bytes end too early");
  return byte;
}

/** The bytes of a non-negative INTEGER without its sign byte. */
export function decodeUnsignedInteger(element: DerElement | undefined): Uint8Array {
  const { content } = expectTag(element, TAG.integer, "INTEGER");
  if (content.length === 0 || (content[0] ?? 0) >= 0x80) {
    throw new SyntaxError("DER: a non-negative INTEGER is expected");
  }
  return content.length > 1 && content[0] === 0 ? content.subarray(1) : content;
}

/** The bytes of a BIT STRING that has no unused bits. */
export function decodeBitString(element: DerElement | undefined): Uint8Array {
  const { content } = expectTag(element, TAG.bitString, "BIT STRING");
  if (content[0] !== 0) throw new SyntaxError("DER: a BIT STRING of whole bytes is expected");
  return content.subarray(1);
}

export function decodeOctetString(element: DerElement | undefined): Uint8Array {
  return expectTag(element, TAG.octetString, "OCTET STRING").content;
}

/** The elements of a SEQUENCE. */
export function decodeSequence(element: DerElement | undefined): DerElement[] {
  return childrenOf(expectTag(element, TAG.sequence, "SEQUENCE"));
}

/** The elements of a SET. */
export function decodeSet(element: DerElement | undefined): DerElement[] {
  return childrenOf(expectTag(element, TAG.set, "SET"));
}

/** The dotted form of an OBJECT IDENTIFIER. */
export function decodeObjectIdentifier(element: DerElement | undefined): string {
  const { content } = expectTag(element, TAG.objectIdentifier, "OBJECT IDENTIFIER");
  const numbers: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (value > Number.MAX_SAFE_INTEGER) throw new SyntaxError("DER: an object identifier too big");
    if (byte < 0x80) {
      numbers.push(value);
      value = 0;
    }
  }
  const head = numbers[0];
  if (head === undefined || (content.at(-1) ?? 0x80) >= 0x80) {
    throw new SyntaxError("DER: an object identifier ends too early");
  }
  const first = Math.min(2, Math.floor(head / 40));
  return [first, head - first * 40, ...numbers.slice(1)].join(".");
}

/** Milliseconds since the epoch of a UTCTime or GeneralizedTime in the form RFC 5280 allows. */
export function decodeTime(element: DerElement | undefined): number {
  if (element?.tag !== TAG.utcTime && element?.tag !== TAG.generalizedTime) {
    throw new SyntaxError("DER: a time is expected");
  }
  const text = Buffer.from(element.content).toString("latin1");
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  const [, year = "", month, day, hour, minute, second] = match ?? [];
  if (!match || (year.length === 4) !== (element.tag === TAG.generalizedTime)) {
    throw new SyntaxError("DER: a time in UTC with seconds is expected");
  }
  // RFC 5280 §4.1.2.5.1: two digits from 50 up are of the last century.
  const century = year.length === 4 ? "" : Number(year) >= 50 ? "19" : "20";
  const epochMs = Date.parse(`${century}${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(epochMs)) throw new SyntaxError(`DER: "${text}" is not a time`);
  return epochMs;
}

/** Whether an element is a BOOLEAN, and which. */
export function decodeBoolean(element: DerElement | undefined): boolean | undefined {
  return element?.tag === TAG.boolean ? element.content[0] === 0xff : undefined;
}

function expectTag(element: DerElement | undefined, tag: number, name: string): DerElement {
  if (element?.tag !== tag) throw new SyntaxError(`DER: ${name} is expected`);
  return element;
}
