import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/config/config-problem.ts";
import { createConfig } from "../../src/config.ts";

const URL = "http://localhost:11434/v1";

function problemsOf(settings: object): string {
  try {
    createConfig({ sources: ["docs"], ...settings }, import.meta.dirname);
    return "";
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

describe("settings of semantic search", () => {
  it("are off by default, and take a URL with a model", () => {
    expect(problemsOf({})).toBe("");
    const config = createConfig(
      { sources: ["docs"], embeddingsUrl: URL, embeddingsModel: "all-minilm" },
      import.meta.dirname,
    );
    expect(config.embeddingsUrl).toBe(`${URL}/`);
  });

  it.each([
    [{ embeddingsUrl: URL }, /--embeddings-model: expected the name of a model/],
    [{ embeddingsModel: "m" }, /--embeddings-url: expected the URL/],
    [{ embeddingsKey: "sk-1" }, /--embeddings-url: expected the URL that embeddingsKey is for/],
    [{ embeddingsUrl: "file:///etc/passwd", embeddingsModel: "m" }, /an http or https URL/],
    [{ embeddingsUrl: "http://a:b@c.example/v1", embeddingsModel: "m" }, /without user name/],
  ])("refuses %j", (settings, message) => {
    expect(problemsOf(settings)).toMatch(message);
  });

  it("never shows the key", () => {
    expect(problemsOf({ embeddingsKey: "sk-secret\n\u0000" })).not.toContain("sk-secret");
    expect(problemsOf({ embeddingsKey: "sk-secret" })).not.toContain("sk-secret");
  });
});
