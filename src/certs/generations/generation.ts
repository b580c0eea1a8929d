import { isRecord, numberIn, parseJson, stringIn } from "../parse-json.ts";
import { loadText, type Storage } from "../storage.ts";
import type { CertificatePair, PairReader } from "./certificate-pair.ts";

/** Where a generation came from. */
export interface GenerationOrigin {
  /** `user`: PEM files that somebody put there. */
  readonly source: "acme" | "user";
  /** Directory URL of the CA that issued it, for `acme`. */
  readonly ca?: string | undefined;
  readonly profile?: string | undefined;
  /** URL of the order that it came from, for `acme`. */
  readonly orderUrl?: string | undefined;
}

/** One certificate with its key, as it is kept. The higher the id, the newer. */
export interface Generation extends GenerationOrigin {
  /** Six digits. */
  readonly id: string;
  readonly pair: CertificatePair;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** A generation that cannot be used, and why. */
export interface BrokenGeneration {
  readonly id: string;
  /** `incomplete`: its writing was killed. `changed`: somebody wrote a good pair over it. */
  readonly kind: "incomplete" | "corrupt" | "changed";
  readonly reason: string;
  /** The pair that was written over it, for `changed`. */
  readonly pair?: CertificatePair;
}

export type GenerationReading =
  | { readonly generation: Generation; readonly broken?: undefined }
  | { readonly generation?: undefined; readonly broken: BrokenGeneration };

const ID = /^\d{6}$/;

/** The ids under `folder`, newest first. */
export async function listGenerationIds(
  storage: Storage,
  folder: string,
): Promise<readonly string[]> {
  const keys = await storage.list(folder);
  const ids = keys.map((key) => key.slice(folder.length + 1).split("/")[0] ?? "");
  return [...new Set(ids.filter((id) => ID.test(id)))].toSorted().toReversed();
}

/** The id after the newest one. */
export function nextGenerationId(newestFirst: readonly string[]): string {
  return String(Number(newestFirst[0] ?? "0") + 1).padStart(6, "0");
}

/**
 * Writes all three parts; the last one, meta.json, makes the generation complete. Its fingerprint
 * tells later whether somebody wrote over the other two.
 */
export async function writeGeneration(
  storage: Storage,
  folder: string,
  generation: Generation,
): Promise<void> {
  const { id, pair, source, ca, profile, orderUrl, createdAt } = generation;
  const at = `${folder}/${id}`;
  await storage.store(`${at}/key.pem`, pair.keyPem, { secret: true });
  await storage.store(`${at}/cert.pem`, pair.certPem);
  const { names, serialNumber, fingerprint256: fingerprint } = pair.chain;
  const meta = { source, ca, profile, orderUrl, createdAt, names, serialNumber, fingerprint };
  await storage.store(`${at}/meta.json`, `${JSON.stringify(meta, null, 2)}\n`);
}

/** Reads a generation back and checks that it is whole and what was written. */
export async function readGeneration(
  storage: Storage,
  folder: string,
  id: string,
  reader: PairReader,
): Promise<GenerationReading> {
  const at = `${folder}/${id}`;
  const metaText = await loadText(storage, `${at}/meta.json`);
  const broken = (
    kind: BrokenGeneration["kind"],
    reason: string,
    pair?: CertificatePair,
  ): GenerationReading => ({ broken: { id, kind, reason, ...(pair && { pair }) } });
  if (metaText === undefined) return broken("incomplete", "it was not written to the end");
  const certPem = await loadText(storage, `${at}/cert.pem`);
  const keyPem = await loadText(storage, `${at}/key.pem`, { secret: true });
  const { pair, problem } = reader.read(certPem ?? "", keyPem ?? "");
  if (!pair) return broken("corrupt", problem);
  const meta = parseJson(metaText);
  if (!isRecord(meta)) return broken("changed", "its meta.json is not what was written", pair);
  if (stringIn(meta, "fingerprint") !== pair.chain.fingerprint256) {
    return broken("changed", "another certificate was written over it", pair);
  }
  return {
    generation: {
      id,
      pair,
      source: stringIn(meta, "source") === "acme" ? "acme" : "user",
      ca: stringIn(meta, "ca"),
      profile: stringIn(meta, "profile"),
      orderUrl: stringIn(meta, "orderUrl"),
      createdAt: numberIn(meta, "createdAt") ?? pair.chain.notBefore,
    },
  };
}
