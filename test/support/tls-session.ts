import { once } from "node:events";
import { connect, type SecureVersion } from "node:tls";

export interface SessionTry {
  /** Whether the server took up the session that it was offered. */
  readonly isResumed: boolean;
  /** What to offer next time. */
  readonly session: Buffer;
  /** Of the chain that the client has checked, or had checked when the session was made. */
  readonly fingerprint256: string;
}

export interface SessionOptions {
  readonly port: number;
  readonly version: SecureVersion;
  readonly session?: Buffer | undefined;
  readonly servername?: string;
}

/** Connects, asks for something, and keeps the session: under TLS 1.3 it comes after the handshake. */
export async function trySession(options: SessionOptions): Promise<SessionTry> {
  const { port, version, session, servername = "docs.example.com" } = options;
  const socket = connect({
    host: "127.0.0.1",
    port,
    servername,
    rejectUnauthorized: false,
    minVersion: version,
    maxVersion: version,
    ALPNProtocols: ["http/1.1"],
    ...(session && { session }),
  });
  let newest: Buffer | undefined;
  socket.on("session", (one: Buffer) => (newest = one));
  await once(socket, "secureConnect");
  const isResumed = socket.isSessionReused();
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.write(`GET /healthz HTTP/1.1\r\nHost: ${servername}\r\nConnection: close\r\n\r\n`);
  socket.resume();
  await once(socket, "close");
  // A resumed session of TLS 1.2 goes on: there is no new one.
  const kept = newest ?? session;
  if (!kept) throw new Error("the server gave no session");
  return { isResumed, session: kept, fingerprint256 };
}
