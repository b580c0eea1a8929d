import { type Scratch, Tape } from "./tape.ts";

/** Byte strings one after another, with where each begins and the last one ends. */
export class HeapColumn {
  readonly bytes: Tape;
  readonly offsets: Tape;

  constructor(scratch: Scratch | undefined) {
    this.bytes = new Tape(scratch);
    this.offsets = new Tape(scratch);
    this.offsets.pushWord(0);
  }

  add(bytes: Uint8Array, length: number): void {
    this.bytes.append(bytes, 0, length);
    this.offsets.pushWord(this.bytes.byteLength);
  }
}
