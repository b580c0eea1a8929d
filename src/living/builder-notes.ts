import type { KeptPage } from "../catalog/kept-pages.ts";

/** What the next builder has to know so that it need not index everything anew. */
export interface BuilderNotes {
  /** Equal where the same settings and the same version make the same of the same sources. */
  readonly identity: string;
  /** By source, in the order of the settings. */
  readonly sources: readonly (readonly KeptPage[])[];
}

export function encodeBuilderNotes({ identity, sources }: BuilderNotes): Uint8Array {
  const pages = sources.map((source) =>
    source.map(({ sourceId, id, fingerprint }) => [sourceId, id, fingerprint]),
  );
  return Buffer.from(JSON.stringify({ identity, sources: pages }));
}

/** Undefined for what is not ours, or was made with other settings. */
export function decodeBuilderNotes(bytes: Uint8Array, identity: string): BuilderNotes | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null) return undefined;
  if (!("identity" in parsed && "sources" in parsed) || parsed.identity !== identity) {
    return undefined;
  }
  if (!Array.isArray(parsed.sources)) return undefined;
  const sources = parsed.sources.map(readSource);
  return sources.every((source) => source !== undefined) ? { identity, sources } : undefined;
}

function readSource(source: unknown): readonly KeptPage[] | undefined {
  if (!Array.isArray(source)) return undefined;
  const pages = source.map(readPage);
  return pages.every((page) => page !== undefined) ? pages : undefined;
}

function readPage(page: unknown): KeptPage | undefined {
  if (!Array.isArray(page) || page.length !== 3) return undefined;
  const [sourceId, id, fingerprint]: readonly unknown[] = page;
  const isSound =
    typeof sourceId === "string" && typeof id === "string" && typeof fingerprint === "string";
  return isSound ? { sourceId, id, fingerprint } : undefined;
}
