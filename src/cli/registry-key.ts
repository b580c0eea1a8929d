import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { DocportError, messageOf, systemCodeOf } from "../lib/errors.ts";

export interface RegistryKey {
  /** `v=MCPv1; k=ed25519; p=...`: the public half, as the registry wants to read it. */
  readonly record: string;
  readonly isNew: boolean;
}

/**
 * The Ed25519 key (PKCS #8, PEM) at `path`; made there, for its owner's eyes only, when there is
 * none. A file that is there is never written to, whatever is in it. Rejects with a `DocportError`.
 */
export async function loadRegistryKey(path: string): Promise<RegistryKey> {
  const made = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
  try {
    // "wx" decides and creates in one step: two runs at once cannot both believe theirs is the key.
    const file = await open(path, "wx", 0o600);
    try {
      await file.writeFile(made);
      await file.sync();
    } finally {
      await file.close();
    }
    return { record: recordOf(made.toString()), isNew: true };
  } catch (cause) {
    if (systemCodeOf(cause) !== "EEXIST") throw unwritable(path, cause);
  }
  return { record: await readRecord(path), isNew: false };
}

async function readRecord(path: string): Promise<string> {
  try {
    return recordOf(await readFile(path, "utf8"));
  } catch (cause) {
    throw new DocportError(
      "ERR_REGISTRY_KEY",
      `${path} is not an Ed25519 private key in PEM form: ${messageOf(cause)}`,
      { cause, hint: "Name another file with --key; this one is left as it is." },
    );
  }
}

function recordOf(pem: string): string {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== "ed25519") throw new TypeError(`it is ${key.asymmetricKeyType}`);
  const { x = "" } = createPublicKey(key).export({ format: "jwk" });
  return `v=MCPv1; k=ed25519; p=${Buffer.from(x, "base64url").toString("base64")}`;
}

/** The error for a file that cannot be written beside the server's own. */
export function unwritable(path: string, cause: unknown): DocportError {
  return new DocportError("ERR_REGISTRY_WRITE", `${path} cannot be written: ${messageOf(cause)}`, {
    cause,
    hint: "Check that the folder exists, may be written and has room.",
  });
}
