/** Servers that answer `tools/call search`, each in a process of its own. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
const PEER = join(import.meta.dirname, "peer.ts");

/** What a server is started with. */
export interface Setting {
  readonly work: string;
  /** Index file of the documentation. */
  readonly index: string;
  readonly port: number;
  readonly secure: boolean;
  /** The answer that servers without a search give. */
  readonly answerFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Contestant {
  readonly name: string;
  /** `session`: the older era with a handshake before it. */
  readonly era: "modern" | "legacy" | "session";
  /** It has no HTTPS of its own. */
  readonly isPlain?: boolean;
  readonly command: (setting: Setting) => readonly string[];
}

const peer =
  (kind: string) =>
  ({ port, secure, answerFile, certFile, keyFile }: Setting): string[] => [
    ...[process.execPath, "--import", "tsx", PEER, kind, `${port}`, answerFile],
    ...(secure ? [certFile, keyFile] : []),
  ];

const docport = ({ work, index, port, secure }: Setting): string[] => [
  ...[process.execPath, join(ROOT, "dist/cli.js"), "serve", index, "--port", `${port}`],
  ...["--certs", join(work, "certs"), "--tls", secure ? "local" : "off", "--log-level", "error"],
];

export const BOUND: Contestant = { name: "bare", era: "modern", command: peer("bare") };
export const DOCPORT: Contestant = { name: "Docport", era: "modern", command: docport };
export const NGINX: Contestant = { name: "nginx, static", era: "modern", command: nginx };
export const PEERS: readonly Contestant[] = [
  { name: "SDK v2 `createMcpHandler`", era: "modern", command: peer("sdk2") },
  { name: "SDK v1, stateless", era: "legacy", command: peer("sdk1") },
  { name: "fastmcp, sessions, JSON", era: "session", isPlain: true, command: peer("fastmcp") },
  { name: "mcp-proxy, stateless", era: "legacy", isPlain: true, command: peer("mcp-proxy") },
];

function nginx({ work, port, secure, answerFile, certFile, keyFile }: Setting): string[] {
  const folder = join(work, `nginx-${port}`);
  mkdirSync(folder);
  const listen = secure
    ? `listen 127.0.0.1:${port} ssl; ssl_certificate ${certFile}; ssl_certificate_key ${keyFile};`
    : `listen 127.0.0.1:${port};`;
  writeFileSync(
    join(folder, "nginx.conf"),
    `worker_processes 1; daemon off; pid ${folder}/pid; error_log stderr error;
events { worker_connections 1024; }
http { access_log off; default_type application/json; keepalive_requests 100000000;
  client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c;
  uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
  server { ${listen} location / { error_page 404 405 =200 /answer; root ${work}; }
    location = /answer { alias ${answerFile}; } } }`,
  );
  return ["nginx", "-p", folder, "-c", join(folder, "nginx.conf")];
}
