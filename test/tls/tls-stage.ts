import { once } from "node:events";
import { connect } from "node:tls";
import { tlsAlpnServerName } from "../../src/acme/identifier.ts";
import { FileStorage } from "../../src/certs/file-storage.ts";
import { Ledger } from "../../src/certs/ledger/ledger.ts";
import { identifierSetKey } from "../../src/certs/ledger/ledger-entry.ts";
import { type Clock, systemClock } from "../../src/lib/clock.ts";
import type { ValidationRequest, ValidationResult } from "../../src/certs/drill/ca/ca-behaviour.ts";
import { type AcmeCa, createAcmeCa } from "../support/acme-ca/create-acme-ca.ts";
import { type ListeningAcmeCa, listenAcmeCa } from "../support/acme-ca/listen-acme-ca.ts";
import { ask } from "../support/http-over.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

export const NAME = "docs.example.com";

const FAILED = { type: "urn:ietf:params:acme:error:unauthorized", detail: "not the answer" };

/** A CA on a socket of its own, which looks at the server under test over that one's sockets. */
export interface TlsStage extends AsyncDisposable {
  readonly ca: AcmeCa;
  readonly api: ListeningAcmeCa;
  readonly folder: TemporaryFolder;
  /** PEM of the root that the CA issues under. */
  readonly roots: string;
  /** Tells the CA where the names lead from now on; until the first time its validation waits. */
  lead(ports: { readonly https?: number; readonly http?: number | undefined }): void;
  /** Makes HTTP-01 the challenge that worked last in this folder. */
  preferHttp(): Promise<void>;
}

export async function tlsStage(clock: Clock = systemClock): Promise<TlsStage> {
  let ports: Parameters<TlsStage["lead"]>[0] = {};
  let tellLed = (): void => {};
  const led = new Promise<void>((resolve) => {
    tellLed = resolve;
  });
  const ca = createAcmeCa({
    clock,
    behaviour: {
      validate: async (look) => {
        await led;
        return look.type === "http-01"
          ? lookByHttp(ports.http ?? 0, look)
          : lookByTls(ports.https ?? 0, look);
      },
    },
  });
  const api = await listenAcmeCa(ca);
  const folder = await temporaryFolder({
    "docs/index.md": "# Manual\n\n## Install\n\nRun the installer.\n",
    "api-root.pem": api.apiRoots,
  });
  return {
    ca,
    api,
    folder,
    roots: ca.rootPem,
    lead(to) {
      ports = to;
      tellLed();
    },
    async preferHttp() {
      const ledger = new Ledger(new FileStorage(`${folder.path}/certs`), clock);
      await ledger.append(identifierSetKey([NAME]), {
        kind: "validated",
        ca: api.directoryUrl,
        identifier: NAME,
        challenge: "http-01",
        url: "",
      });
    },
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function lookByTls(port: number, look: ValidationRequest): Promise<ValidationResult> {
  const socket = connect({
    host: "127.0.0.1",
    port,
    servername: tlsAlpnServerName(look.identifier),
    ALPNProtocols: ["acme-tls/1"],
    rejectUnauthorized: false,
  });
  try {
    await once(socket, "secureConnect");
    return socket.alpnProtocol === "acme-tls/1" ? "valid" : FAILED;
  } finally {
    socket.destroy();
  }
}

async function lookByHttp(port: number, look: ValidationRequest): Promise<ValidationResult> {
  const path = `/.well-known/acme-challenge/${look.token}`;
  const { body } = await ask(`http://${look.identifier.value}:${port}${path}`);
  return body === look.keyAuthorization ? "valid" : FAILED;
}
