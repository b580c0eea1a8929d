import { UNIT_CODES } from "../file/postings.ts";

const SLOTS = 1024;

/** Gives the first packed units met a code of one byte each; these are the common ones. */
export class UnitPalette {
  /** By code; code 0 is for what has none. */
  readonly values: Uint32Array = new Uint32Array(UNIT_CODES);
  readonly #slots = new Uint8Array(SLOTS);
  #used = 1;

  /** The code of packed units, 0 when all codes are taken by others. */
  codeOf(packedUnits: number): number {
    let slot = Math.imul(packedUnits, 0x9e3779b1) >>> 22;
    for (let code = this.#slots[slot]!; code !== 0; code = this.#slots[slot]!) {
      if (this.values[code] === packedUnits >>> 0) return code;
      slot = (slot + 1) & (SLOTS - 1);
    }
    if (this.#used === UNIT_CODES) return 0;
    const code = this.#used++;
    this.#slots[slot] = code;
    this.values[code] = packedUnits;
    return code;
  }
}
