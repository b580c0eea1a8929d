import { expect, it } from "vitest";
import { documentAt } from "./manual.ts";

it("docs/errors.md has every error code once, with its meaning and what to do, and no other", () => {
  const union = documentAt("src/lib/errors.ts").text.match(/export type ErrorCode =([^;]+);/)?.[1];
  const codes = [...(union ?? "").matchAll(/"(ERR_[A-Z0-9_]+)"/g)].map((match) => match[1]);
  expect(codes.length).toBeGreaterThan(10);

  const rows = [
    ...documentAt("docs/errors.md").text.matchAll(/^\| `(ERR_\w+)` \| (.+) \| (.+) \|$/gm),
  ];
  expect(rows).toHaveLength(codes.length);
  expect(new Set(rows.map((row) => row[1]))).toEqual(new Set(codes));
  const faulty = rows.filter(
    ([, , meaning = "", remedy = ""]) =>
      !/^[A-Z].{20,}[.:]$/.test(meaning) || !/^[A-Z].{10,}\.$/.test(remedy),
  );
  expect(faulty).toEqual([]);
});
