import { isIP } from "node:net";

/**
 * The links and commands by which clients add an MCP server. None of them is standardized; the forms
 * are those of each client's own documentation, and the tests read them back as the client does.
 */

/** Stands where a person puts their own bearer key. */
const KEY_PLACEHOLDER = "YOUR_KEY";

const HEADERS = { Authorization: `Bearer ${KEY_PLACEHOLDER}` };

/** The same header as an option of a command. */
const HEADER_OPTION = ` --header ${shellQuote(`Authorization: ${HEADERS.Authorization}`)}`;

/** Cursor: the configuration of the server as JSON in Base64. */
export function cursorLink(name: string, mcpUrl: string): string {
  const config = encodeURIComponent(base64(JSON.stringify({ url: mcpUrl })));
  return `cursor://anysphere.cursor-deeplink/mcp/install?name=${encodeURIComponent(name)}&config=${config}`;
}

/** VS Code: the whole query is the JSON. */
export function vscodeLink(name: string, mcpUrl: string): string {
  return `vscode:mcp/install?${encodeURIComponent(vscodeConfig(name, mcpUrl))}`;
}

/** VS Code's command line. */
export function vscodeCommand(name: string, mcpUrl: string, withKey: boolean = false): string {
  return `code --add-mcp ${shellQuote(vscodeConfig(name, mcpUrl, withKey))}`;
}

/** claude.ai: opens the form for a new connector with both fields filled in. */
export function claudeLink(title: string, mcpUrl: string): string {
  const fields = new URLSearchParams({ connectorName: title, connectorUrl: mcpUrl });
  return `https://claude.ai/customize/connectors?modal=add-custom-connector&${fields.toString().replaceAll("+", "%20")}`;
}

export function claudeCodeCommand(name: string, mcpUrl: string, withKey: boolean = false): string {
  return `claude mcp add --transport http ${name} ${shellQuote(mcpUrl)}${withKey ? HEADER_OPTION : ""}`;
}

export function codexCommand(name: string, mcpUrl: string): string {
  return `codex mcp add ${name} --url ${shellQuote(mcpUrl)}`;
}

export function geminiCommand(name: string, mcpUrl: string, withKey: boolean = false): string {
  return `gemini mcp add --transport http${withKey ? HEADER_OPTION : ""} ${name} ${shellQuote(mcpUrl)}`;
}

/** The form that most other clients read from a file. */
export function jsonConfig(name: string, mcpUrl: string, withKey: boolean = false): string {
  const server = { type: "http", url: mcpUrl, ...(withKey && { headers: HEADERS }) };
  return JSON.stringify({ mcpServers: { [name]: server } }, null, 2);
}

/** Letters, digits and dashes; short enough for every client (Gemini CLI allows 63 with the tool). */
export function connectorName(title: string): string {
  const ascii = title.normalize("NFKD").toLowerCase();
  const name = ascii.replaceAll(/[^a-z0-9]+/g, "-").slice(0, 40);
  return name.replaceAll(/^-+|(?<!-)-+$/g, "") || "docs";
}

/**
 * Whether a client in its maker's data centre can reach it: HTTPS, and a name or address that is not
 * this network's own.
 */
export function isPublicHttps(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  if (protocol !== "https:") return false;
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(host) === 0)
    return host.includes(".") && !/\.(local|localhost|internal|lan)$/.test(host);
  return !/^(127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|::|f[cd]|fe[89ab])/.test(
    host,
  );
}

function vscodeConfig(name: string, mcpUrl: string, withKey: boolean = false): string {
  return JSON.stringify({ name, type: "http", url: mcpUrl, ...(withKey && { headers: HEADERS }) });
}

/** `text` as one word of a POSIX shell. */
export function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
