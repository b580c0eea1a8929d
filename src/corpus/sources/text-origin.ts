import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Clock } from "../../lib/clock.ts";
import { DocportError, messageOf } from "../../lib/errors.ts";
import { bytesOf, type Fetch, fetchResource, type Resource } from "./fetch-resource.ts";
import { decodeUtf8 } from "./read-text.ts";
import type { SourceLimits } from "./source-limits.ts";

export interface TextOriginSettings {
  readonly isUrl: boolean;
  /** Undefined for a file that no site belongs to. */
  readonly fetch: Fetch | undefined;
  readonly clock: Clock;
  readonly limits: SourceLimits;
}

/** One text, in a file or behind a URL, and what it links to on the same site. */
export class TextOrigin {
  /** As the user wrote it. */
  readonly location: string;
  readonly isUrl: boolean;
  readonly #settings: TextOriginSettings;

  constructor(location: string, settings: TextOriginSettings) {
    this.location = location;
    this.isUrl = settings.isUrl;
    this.#settings = settings;
  }

  /** Absolute path of the file; undefined for a URL. */
  get filePath(): string | undefined {
    return this.isUrl ? undefined : resolve(this.location);
  }

  /** Opens the text for reading piece by piece. Throws ERR_SOURCE_FETCH or ERR_SOURCE_UNREADABLE. */
  async open(accept: string, signal?: AbortSignal): Promise<Resource> {
    if (this.isUrl) return this.fetch(this.location, accept, signal);
    try {
      const { mtimeMs } = await stat(this.location);
      return {
        url: this.location,
        contentType: "",
        etag: undefined,
        modifiedAt: mtimeMs,
        chunks: createReadStream(this.location, { highWaterMark: 1 << 18 }),
      };
    } catch (cause) {
      throw new DocportError(
        "ERR_SOURCE_UNREADABLE",
        `The file "${this.location}" cannot be read: ${messageOf(cause)}`,
        { hint: "Check that it exists and may be read.", cause },
      );
    }
  }

  /** The whole text. Throws ERR_SOURCE_LIMIT above `maxTextBytes`, ERR_SOURCE_UNREADABLE unless UTF-8. */
  async text(signal?: AbortSignal): Promise<string> {
    const resource = await this.open("text/markdown, text/plain;q=0.9, */*;q=0.1", signal);
    return decodeUtf8(await bytesOf(resource, this.#settings.limits.maxTextBytes));
  }

  /** Fetches a URL that the text links to. The caller has checked that it is on the same site. */
  async fetch(url: string, accept: string, signal?: AbortSignal): Promise<Resource> {
    const { fetch, clock, limits } = this.#settings;
    if (!fetch) throw new Error(`nothing says that ${url} may be fetched`);
    return fetchResource(
      url,
      { accept, signal },
      { fetch, clock, fetchTimeoutMs: limits.fetchTimeoutMs },
    );
  }
}
