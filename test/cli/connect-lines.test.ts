import { describe, expect, it } from "vitest";
import { connectLines } from "../../src/cli/connect-lines.ts";

const how = (title: string, url: string, client: string): string =>
  connectLines(title, url).find((line) => line.client === client)?.how ?? "";

const LOCAL = "http://localhost:8080/mcp";
const PUBLIC = "https://docs.example.com/mcp";

describe("connect lines", () => {
  it("give each client its command or link", () => {
    expect(connectLines("Docport manual", LOCAL)).toEqual([
      {
        client: "Claude Code",
        how: "claude mcp add --transport http docport-manual http://localhost:8080/mcp",
      },
      { client: "claude.ai", how: expect.stringContaining("needs a public HTTPS address") },
      { client: "ChatGPT", how: expect.stringContaining("needs a public HTTPS address") },
      { client: "Cursor", how: expect.stringMatching(/^cursor:\/\//) },
      {
        client: "VS Code",
        how: `code --add-mcp '{"name":"docport-manual","type":"http","url":"http://localhost:8080/mcp"}'`,
      },
      {
        client: "Gemini CLI",
        how: "gemini mcp add --transport http docport-manual http://localhost:8080/mcp",
      },
      { client: "Codex", how: "codex mcp add docport-manual --url http://localhost:8080/mcp" },
    ]);
  });

  it("make links that the clients read back as they were meant", () => {
    const cursor = new URL(how("Änderungen & mehr", PUBLIC, "Cursor"));
    expect(cursor.searchParams.get("name")).toBe("a-nderungen-mehr");
    const config = Buffer.from(cursor.searchParams.get("config") ?? "", "base64").toString();
    expect(JSON.parse(config)).toEqual({ url: PUBLIC });

    const claude = new URL(how("Änderungen & mehr", PUBLIC, "claude.ai"));
    expect(Object.fromEntries(claude.searchParams)).toEqual({
      modal: "add-custom-connector",
      connectorName: "Änderungen & mehr",
      connectorUrl: PUBLIC,
    });
    expect(claude.search).not.toContain("+");
  });

  it.each([
    ["http://docs.example.com/mcp", false],
    ["https://localhost:8443/mcp", false],
    ["https://docs/mcp", false],
    ["https://box.local/mcp", false],
    ["https://192.168.1.4/mcp", false],
    ["https://172.20.0.1/mcp", false],
    ["https://[::1]/mcp", false],
    ["https://[fd00::1]/mcp", false],
    ["https://172.32.0.1/mcp", true],
    ["https://[2001:db8::1]/mcp", true],
    [PUBLIC, true],
  ])("say whether a cloud can reach %s: %j", (url, isPublic) => {
    expect(!how("Docs", url, "ChatGPT").startsWith("needs")).toBe(isPublic);
    expect(!how("Docs", url, "claude.ai").startsWith("needs")).toBe(isPublic);
  });

  it("hold in a shell whatever the title is", () => {
    expect(how("$(rm -rf /); 'x'", PUBLIC, "Codex")).toBe(
      "codex mcp add rm-rf-x --url https://docs.example.com/mcp",
    );
    expect(how("日本語", PUBLIC, "Codex")).toContain("mcp add docs --url");
    expect(how("Docs", "https://a.example/o'x/mcp", "Codex")).toContain(
      `'https://a.example/o'\\''x/mcp'`,
    );
    expect(how("x".repeat(100), PUBLIC, "Codex")).toContain(` ${"x".repeat(40)} `);
  });
});
