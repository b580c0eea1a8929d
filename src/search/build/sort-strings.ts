/**
 * Sorts the numbers of byte strings by their bytes, in place; `offsets[i]` to `offsets[i + 1]` are
 * the bytes of string `i` in `pool`. Three-way radix quicksort: no string is made, and common
 * prefixes are read once a level. Equal strings come in any order.
 */
export function sortStrings(
  pool: Uint8Array,
  offsets: Uint32Array,
  order: Uint32Array,
): Uint32Array {
  // A stack of its own, because a recursion on terms from outside could be as deep as they are long.
  const stack: [low: number, high: number, depth: number][] = [[0, order.length, 0]];
  for (let range = stack.pop(); range; range = stack.pop()) {
    const [low, high, depth] = range;
    if (high - low < 2) continue;
    const byteOf = (string: number): number => {
      const at = offsets[string]! + depth;
      return at < offsets[string + 1]! ? pool[at]! : -1;
    };
    const pivot = byteOf(order[(low + high) >>> 1]!);
    let less = low;
    let greater = high;
    for (let i = low; i < greater; ) {
      const string = order[i]!;
      const byte = byteOf(string);
      if (byte < pivot) {
        order[i++] = order[less]!;
        order[less++] = string;
      } else if (byte > pivot) {
        order[i] = order[--greater]!;
        order[greater] = string;
      } else i += 1;
    }
    stack.push([low, less, depth], [greater, high, depth]);
    if (pivot >= 0) stack.push([less, greater, depth + 1]);
  }
  return order;
}
