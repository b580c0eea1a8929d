import {
  claudeCodeCommand,
  claudeLink,
  codexCommand,
  connectorName,
  cursorLink,
  geminiCommand,
  isPublicHttps,
  vscodeCommand,
} from "../web/install-links.ts";

export interface ConnectLine {
  readonly client: string;
  /** A command or a link when there is one; otherwise what to do, or why it cannot work here. */
  readonly how: string;
}

/** A line for each client: how a person connects it to the server at `mcpUrl`. */
export function connectLines(title: string, mcpUrl: string): ConnectLine[] {
  const name = connectorName(title);
  const isPublic = isPublicHttps(mcpUrl);
  return [
    { client: "Claude Code", how: claudeCodeCommand(name, mcpUrl) },
    { client: "claude.ai", how: isPublic ? claudeLink(title, mcpUrl) : NEEDS_PUBLIC_HTTPS },
    {
      client: "ChatGPT",
      how: isPublic
        ? `chatgpt.com/plugins > + > Add custom MCP server > ${mcpUrl}`
        : NEEDS_PUBLIC_HTTPS,
    },
    { client: "Cursor", how: cursorLink(name, mcpUrl) },
    { client: "VS Code", how: vscodeCommand(name, mcpUrl) },
    { client: "Gemini CLI", how: geminiCommand(name, mcpUrl) },
    { client: "Codex", how: codexCommand(name, mcpUrl) },
  ];
}

const NEEDS_PUBLIC_HTTPS = "needs a public HTTPS address, which this server does not have";
