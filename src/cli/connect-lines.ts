import { isIP } from "node:net";

export interface ConnectLine {
  readonly client: string;
  /** A command or a link when there is one; otherwise what to do, or why it cannot work here. */
  readonly how: string;
}

/** A line for each client: how a person connects it to the server at `mcpUrl`. */
export function connectLines(title: string, mcpUrl: string): ConnectLine[] {
  const name = connectorName(title);
  const url = shellQuote(mcpUrl);
  const json = (data: object): string => shellQuote(JSON.stringify(data));
  const connector = new URLSearchParams({ connectorName: title, connectorUrl: mcpUrl });
  const config = encodeURIComponent(
    Buffer.from(JSON.stringify({ url: mcpUrl })).toString("base64"),
  );
  const isPublic = isPublicHttps(mcpUrl);
  return [
    { client: "Claude Code", how: `claude mcp add --transport http ${name} ${url}` },
    {
      client: "claude.ai",
      how: isPublic
        ? `https://claude.ai/customize/connectors?modal=add-custom-connector&${connector.toString().replaceAll("+", "%20")}`
        : NEEDS_PUBLIC_HTTPS,
    },
    {
      client: "ChatGPT",
      how: isPublic
        ? `chatgpt.com/plugins > + > Add custom MCP server > ${mcpUrl}`
        : NEEDS_PUBLIC_HTTPS,
    },
    {
      client: "Cursor",
      how: `cursor://anysphere.cursor-deeplink/mcp/install?name=${name}&config=${config}`,
    },
    { client: "VS Code", how: `code --add-mcp ${json({ name, type: "http", url: mcpUrl })}` },
    { client: "Gemini CLI", how: `gemini mcp add --transport http ${name} ${url}` },
    { client: "Codex", how: `codex mcp add ${name} --url ${url}` },
  ];
}

const NEEDS_PUBLIC_HTTPS = "needs a public HTTPS address, which this server does not have";

/** Letters, digits and dashes; short enough for every client (Gemini CLI allows 63 with the tool). */
function connectorName(title: string): string {
  const ascii = title.normalize("NFKD").toLowerCase();
  const name = ascii.replaceAll(/[^a-z0-9]+/g, "-").slice(0, 40);
  return name.replaceAll(/^-+|-+$/g, "") || "docs";
}

/** Their clouds must reach it: HTTPS, and a name or address that is not this network's own. */
function isPublicHttps(mcpUrl: string): boolean {
  const { protocol, hostname } = new URL(mcpUrl);
  if (protocol !== "https:") return false;
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(host) === 0)
    return host.includes(".") && !/\.(local|localhost|internal|lan)$/.test(host);
  return !/^(127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|::|f[cd]|fe[89ab])/.test(
    host,
  );
}

/** As one word of a POSIX shell. */
function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
