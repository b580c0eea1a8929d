import { describe, expect, it } from "vitest";
import { workIn } from "../../../src/http/limits/work-in.ts";

const search = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "search" } };
const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };

describe("workIn", () => {
  it.each([
    ["a search", search, 1, 1],
    ["another call", { ...search, params: { name: "fetch" } }, 1, 0],
    ["a batch", [search, list, search], 3, 2],
    ["an empty batch", [], 0, 0],
    ["what is no message", [null, 1, "x", { method: "tools/call", params: null }], 4, 0],
  ])("of %s", (_name, body, messages, searches) => {
    expect(workIn(body)).toEqual({ messages, searches });
  });
});
