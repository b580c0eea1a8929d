import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const MAX_HEADINGS = 2_000;

/** Headings of a folder's Markdown, each once, in a mixed order that is always the same. */
export function headingsOf(folder: string): string[] {
  const headings = new Set<string>();
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted()) {
    if (!path.endsWith(".md")) continue;
    for (const [, text = ""] of readFileSync(join(folder, path), "utf8").matchAll(
      /^#{1,4} (.+)$/gm,
    )) {
      const plain = text.replace(/[^\p{L}\p{N} ._-]/gu, " ").trim();
      if (plain.length > 3) headings.add(plain);
    }
  }
  const all = [...headings];
  // A stride that is prime to the length visits each of them once.
  const stride = 7_919;
  return Array.from(all, (_, i) => all[(i * stride) % all.length] ?? "").slice(0, MAX_HEADINGS);
}
