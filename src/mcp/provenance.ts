import { modelName } from "./model-text.ts";

/** A commit as people write it; what else is a revision comes whole. */
const COMMIT_CHARS = 12;

/** When a page was last changed and in which revision of its source, as far as that is known. */
export function provenance({
  modifiedAt,
  revision,
}: {
  readonly modifiedAt?: number;
  readonly revision?: string;
}): Readonly<Record<string, string>> {
  const isCommit = revision !== undefined && /^[0-9a-f]{40,64}$/.test(revision);
  return {
    ...(Number.isSafeInteger(modifiedAt) && { modified: isoDate(modifiedAt ?? 0) }),
    ...(revision !== undefined && { revision: modelName(revision, isCommit ? COMMIT_CHARS : 40) }),
  };
}

/** `2026-11-22`; "" for an instant that no calendar has. */
export function isoDate(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(0, 10);
}
