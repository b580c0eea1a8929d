import { type Html, html } from "./html.ts";
import {
  claudeCodeCommand,
  claudeLink,
  codexCommand,
  connectorName,
  cursorLink,
  geminiCommand,
  isPublicHttps,
  jsonConfig,
  vscodeCommand,
  vscodeLink,
} from "./install-links.ts";
import type { Messages } from "./messages.ts";

interface ClientGuide {
  /** Part of the ids of its tab and panel, and so of links to it: `#client-cursor`. */
  readonly id: string;
  readonly name: string;
  readonly body: Html;
}

/** How callers of private documentation say who they are; at least one of them. */
export interface SignInWays {
  readonly keys: boolean;
  readonly oauth: boolean;
}

/**
 * How to connect each client, one tab a client. Without the script the tabs are links to parts that
 * stand one below the other.
 */
export function renderConnect(
  title: string,
  mcpUrl: string,
  messages: Messages,
  signIn?: SignInWays,
): Html {
  const guides = clientGuides(title, mcpUrl, messages, signIn);
  return html`<section id="connect" aria-labelledby="connect-heading">
<h2 id="connect-heading">${messages.connectHeading}</h2>
<p>${messages.connectIntro}</p>
${signIn && html`<p class="private">${privateNote(signIn, messages)}</p>`}
<p class="label" id="address-label">${messages.addressLabel}</p>
${copyable("address", mcpUrl, messages)}
<div class="clients" id="clients">
<ul class="tabs" aria-labelledby="connect-heading">${guides.map(
    ({ id, name }, i) =>
      html`<li><a id="tab-${id}" href="#client-${id}"${i === 0 && html` class="is-selected"`}>${name}</a></li>`,
  )}</ul>
${guides.map(
  ({ id, name, body }, i) =>
    html`<section class="panel${i === 0 && " is-selected"}" id="client-${id}" aria-label="${name}"><h3>${name}</h3>${body}</section>
`,
)}</div>
</section>`;
}

function privateNote({ keys, oauth }: SignInWays, messages: Messages): string {
  if (keys && oauth) return messages.privateByBoth;
  return keys ? messages.privateByKeys : messages.privateByOauth;
}

function clientGuides(
  title: string,
  mcpUrl: string,
  messages: Messages,
  signIn?: SignInWays,
): readonly ClientGuide[] {
  const name = connectorName(title);
  const isKeysOnly = signIn?.oauth === false;
  const withKey = signIn?.keys === true;
  const isPublic = isPublicHttps(mcpUrl);
  const command = (id: string, line: string, label: string = messages.runCommand): Html =>
    html`<p class="label">${label}</p>${copyable(id, line, messages)}`;
  const button = (href: string, client: string): Html =>
    html`<p><a class="button" href="${href}">${messages.addTo(client)}</a></p>`;
  const cloud = (body: Html): Html => {
    if (!isPublic) return html`<p class="note">${messages.needsPublic}</p>`;
    return isKeysOnly ? html`<p class="note">${messages.needsOauth}</p>` : body;
  };
  const chatgptSteps = signIn
    ? [...messages.chatgptSteps.slice(0, -1), messages.chatgptOauthStep]
    : messages.chatgptSteps;
  return [
    {
      id: "claude",
      name: "Claude",
      body: cloud(
        html`${button(claudeLink(title, mcpUrl), "Claude")}<p>${messages.claudeNote}</p>`,
      ),
    },
    {
      id: "chatgpt",
      name: "ChatGPT",
      body: cloud(html`${steps(chatgptSteps)}<p class="note">${messages.chatgptNote}</p>`),
    },
    {
      id: "gemini",
      name: "Gemini",
      body: cloud(html`${steps(messages.geminiSteps)}<p class="note">${messages.geminiNote}</p>`),
    },
    {
      id: "cursor",
      name: "Cursor",
      body: html`${!isKeysOnly && button(cursorLink(name, mcpUrl), "Cursor")}${command(
        "cursor-config",
        jsonConfig(name, mcpUrl, withKey),
        messages.orRead,
      )}`,
    },
    {
      id: "vscode",
      name: "VS Code",
      body: html`${!isKeysOnly && button(vscodeLink(name, mcpUrl), "VS Code")}${command(
        "vscode-command",
        vscodeCommand(name, mcpUrl, withKey),
        messages.orCommand,
      )}`,
    },
    {
      id: "claude-code",
      name: "Claude Code",
      body: command("claude-code-command", claudeCodeCommand(name, mcpUrl, withKey)),
    },
    { id: "codex", name: "Codex", body: command("codex-command", codexCommand(name, mcpUrl)) },
    {
      id: "gemini-cli",
      name: "Gemini CLI",
      body: command("gemini-command", geminiCommand(name, mcpUrl, withKey)),
    },
    {
      id: "other",
      name: messages.otherClients,
      body: command("other-config", jsonConfig(name, mcpUrl, withKey), messages.otherNote),
    },
  ];
}

/** A text with a button that the script shows, because only the script can copy. */
function copyable(id: string, text: string, messages: Messages): Html {
  return html`<div class="copyable"><pre><code id="${id}">${text}</code></pre><button type="button" data-copy="${id}" aria-describedby="${id}" hidden>${messages.copy}</button></div>`;
}

function steps(lines: readonly string[]): Html {
  return html`<ol class="steps">${lines.map((line) => html`<li>${withCode(line)}</li>`)}</ol>`;
}

/** What stands between backquotes as code. */
function withCode(line: string): readonly (Html | string)[] {
  return line.split("`").map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part));
}
