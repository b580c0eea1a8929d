/** What a source may cost. Whatever is larger is refused by name, never cut silently. */
export interface SourceLimits {
  /** Largest single page, in bytes, as a file, a response or an export's entry. Default 10 MB. */
  readonly maxPageBytes: number;
  /** Most pages of one source. Default 200,000. */
  readonly maxPages: number;
  /** Deepest folder below the source. Default 64. */
  readonly maxDepth: number;
  /** Largest `llms.txt` or `llms-full.txt`, in bytes, which are read whole. Default 128 MB. */
  readonly maxTextBytes: number;
  /** Most links of an `llms.txt` that are fetched. Default 20,000. */
  readonly maxLinks: number;
  /** How far an `llms.txt` that links to another `llms.txt` is followed. Default 2. */
  readonly maxLinkDepth: number;
  /** Files read, or requests sent to one host, at the same time. Default 8. */
  readonly maxConcurrency: number;
  /** Longest wait for a response to begin, and between two pieces of it. Default 30,000. */
  readonly fetchTimeoutMs: number;
  /** Longest time that a website or a repository is read for at one load. Default 2 hours. */
  readonly maxLoadMs: number;
}

const MEGABYTE = 1_000_000;

export const DEFAULT_SOURCE_LIMITS: SourceLimits = {
  maxPageBytes: 10 * MEGABYTE,
  maxPages: 200_000,
  maxDepth: 64,
  maxTextBytes: 128 * MEGABYTE,
  maxLinks: 20_000,
  maxLinkDepth: 2,
  maxConcurrency: 8,
  fetchTimeoutMs: 30_000,
  maxLoadMs: 2 * 60 * 60_000,
};
