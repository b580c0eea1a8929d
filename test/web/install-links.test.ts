import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  claudeCodeCommand,
  claudeLink,
  codexCommand,
  connectorName,
  cursorLink,
  geminiCommand,
  jsonConfig,
  vscodeCommand,
  vscodeLink,
} from "../../src/web/install-links.ts";

const URLS = [
  "https://docs.example.com/mcp",
  "http://[::1]:8080/mcp",
  "https://a.example/o'x/mcp?a=1&b=+%20",
  // Its Base64 has a plus sign, which a query reads as a space.
  "https://a.example/~~~/mcp",
];

/** Words of a command line, as a shell takes it apart. */
function shellWords(line: string): string[] {
  const words = execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" });
  return words.split("\0").slice(0, -1);
}

describe.each(URLS)("links for %s", (url) => {
  it("Cursor reads: name, and configuration as JSON in Base64", () => {
    const link = new URL(cursorLink("docs", url));
    expect(link.protocol + link.host + link.pathname).toBe(
      "cursor:anysphere.cursor-deeplink/mcp/install",
    );
    expect(link.searchParams.get("name")).toBe("docs");
    const config = Buffer.from(link.searchParams.get("config") ?? "", "base64").toString();
    expect(JSON.parse(config)).toEqual({ url });
  });

  it("VS Code reads: the whole query as encoded JSON", () => {
    const link = vscodeLink("docs", url);
    expect(link.startsWith("vscode:mcp/install?")).toBe(true);
    const query = decodeURIComponent(link.slice(link.indexOf("?") + 1));
    expect(JSON.parse(query)).toEqual({ name: "docs", type: "http", url });
  });

  it("claude.ai reads: both fields of its form", () => {
    const { searchParams, origin, pathname } = new URL(claudeLink("Äpfel & mehr + #1", url));
    expect(origin + pathname).toBe("https://claude.ai/customize/connectors");
    expect(Object.fromEntries(searchParams)).toEqual({
      modal: "add-custom-connector",
      connectorName: "Äpfel & mehr + #1",
      connectorUrl: url,
    });
  });

  it("a shell reads: one word a value", () => {
    expect(shellWords(claudeCodeCommand("docs", url))).toEqual([
      "claude",
      "mcp",
      "add",
      "--transport",
      "http",
      "docs",
      url,
    ]);
    expect(shellWords(codexCommand("docs", url))).toEqual([
      "codex",
      "mcp",
      "add",
      "docs",
      "--url",
      url,
    ]);
    expect(shellWords(geminiCommand("docs", url))).toEqual([
      "gemini",
      "mcp",
      "add",
      "--transport",
      "http",
      "docs",
      url,
    ]);
    const [code, flag, config = ""] = shellWords(vscodeCommand("docs", url));
    expect([code, flag]).toEqual(["code", "--add-mcp"]);
    expect(JSON.parse(config)).toEqual({ name: "docs", type: "http", url });
  });

  it("a settings file reads", () => {
    expect(JSON.parse(jsonConfig("docs", url))).toEqual({
      mcpServers: { docs: { type: "http", url } },
    });
  });
});

it("a connector's name is short, plain, and never empty", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (title) => {
      expect(connectorName(title)).toMatch(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/);
    }),
  );
});
