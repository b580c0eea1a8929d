import type { Clock } from "../../lib/clock.ts";
import { DocportError } from "../../lib/errors.ts";
import type { SiteLayout } from "../site/site-layout.ts";
import { joinPath } from "../site/site-layout.ts";
import type { LoadOptions, Source, SourceItem } from "../source.ts";
import { FolderSource, type FolderSurvey } from "../sources/folder-source.ts";
import type { SourceLimits } from "../sources/source-limits.ts";
import { type SurveySettings, surveyFolder } from "../sources/survey-folder.ts";
import { GitCheckout } from "./git-checkout.ts";
import { type RefState, readTree, refStateOf } from "./git-files.ts";
import { withoutCredentials } from "./git-location.ts";
import { GitProgram } from "./git-program.ts";
import { GitTree } from "./git-tree.ts";

export interface GitSourceSettings {
  readonly repository: string;
  /** Branches, tags or commits; more than one are versions. None: the repository's own choice. */
  readonly refs: readonly string[];
  /** The folder of the repository that is read; "" is its root. */
  readonly subfolder: string;
  /** Version of the pages, where there is one ref. */
  readonly version: string | undefined;
  /** Path segments that are versions. */
  readonly versions: readonly string[] | undefined;
  readonly survey: Omit<SurveySettings, "limits" | "now" | "signal">;
  readonly limits: SourceLimits;
}

export interface GitSeams {
  readonly clock: Clock;
  /** Of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A ref, and what it is on the other side. */
interface Head {
  /** As it was written; undefined for the repository's own choice. */
  readonly ref: string | undefined;
  /** Its full name, or a commit. */
  readonly fullName: string;
  readonly commit: string;
}

/** The largest download of one load. */
const MAX_BYTES = 2_000_000_000;
const MAX_COMMAND_MS = 15 * 60_000;
const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/**
 * A git repository, read by the `git` program: one branch, tag or commit of it, or several as
 * versions. With a cache a commit that was read before is not fetched again, and of a new one only
 * the files that differ are parsed.
 */
export class GitSource implements Source {
  readonly name: string;
  readonly #settings: GitSourceSettings;
  readonly #seams: GitSeams;

  constructor(settings: GitSourceSettings, seams: GitSeams) {
    this.name = withoutCredentials(settings.repository);
    this.#settings = settings;
    this.#seams = seams;
  }

  async *load(options: LoadOptions = {}): AsyncGenerator<SourceItem, void, void> {
    const { refs } = this.#settings;
    let heads: readonly Head[] | undefined;
    try {
      heads = await this.#heads(options.signal);
    } catch (error) {
      if (!(error instanceof DocportError)) throw error;
      if (!(await this.#isKept(options))) throw error;
      const reason = `${error.message} What was read before is served.`;
      const problem = { path: this.name, reason, isServed: true, isOutage: true };
      yield { kind: "problem", problem };
    }
    let pagesBefore = 0;
    for (const ref of refs.length > 0 ? refs : [undefined]) {
      const head = heads?.find((one) => one.ref === ref);
      const { source, save } = await this.#openRef(ref, head, options);
      let pagesRead = 0;
      const onProgress: LoadOptions["onProgress"] = (progress) => {
        pagesRead = progress.pagesRead;
        options.onProgress?.({ pagesRead: pagesBefore + progress.pagesRead });
      };
      yield* source.load({ ...options, onProgress });
      await save();
      pagesBefore += pagesRead;
    }
  }

  async revision(options: Pick<LoadOptions, "signal"> = {}): Promise<string> {
    return (await this.#heads(options.signal)).map(({ commit }) => commit).join(" ");
  }

  /** What each ref is now. Throws ERR_SOURCE_FETCH when there is none of the name. */
  async #heads(signal: AbortSignal | undefined): Promise<readonly Head[]> {
    const { refs } = this.#settings;
    const named = refs.filter((ref) => !COMMIT.test(ref));
    const names = named.flatMap((ref) => [
      `refs/heads/${ref}`,
      `refs/tags/${ref}`,
      `refs/tags/${ref}^{}`,
    ]);
    const listed = await this.#git(signal).listRemote(refs.length === 0 ? ["HEAD"] : names);
    if (refs.length === 0) {
      const commit = listed.get("HEAD");
      if (commit === undefined) throw this.#noRef("a default branch");
      return [{ ref: undefined, fullName: "HEAD", commit }];
    }
    return refs.map((ref) => {
      if (COMMIT.test(ref)) return { ref, fullName: ref, commit: ref };
      const branch = listed.get(`refs/heads/${ref}`);
      if (branch !== undefined) return { ref, fullName: `refs/heads/${ref}`, commit: branch };
      // What an annotated tag leads to is listed under `^{}`.
      const commit = listed.get(`refs/tags/${ref}^{}`) ?? listed.get(`refs/tags/${ref}`);
      if (commit === undefined) throw this.#noRef(`a branch or tag "${ref}"`);
      return { ref, fullName: `refs/tags/${ref}`, commit };
    });
  }

  async #isKept({ cache }: LoadOptions): Promise<boolean> {
    const { refs } = this.#settings;
    for (const ref of refs.length > 0 ? refs : [undefined]) {
      if (refStateOf(await cache?.get(this.#stateKey(ref))) === undefined) return false;
    }
    return true;
  }

  async #openRef(
    ref: string | undefined,
    head: Head | undefined,
    { cache, signal }: LoadOptions,
  ): Promise<{ readonly source: Source; readonly save: () => Promise<void> }> {
    const { limits, survey, subfolder, versions } = this.#settings;
    const name = ref === undefined ? this.name : `${this.name}#${ref}`;
    const before = refStateOf(await cache?.get(this.#stateKey(ref)));
    const checkout = new GitCheckout({
      git: this.#git(signal),
      ref: head?.fullName ?? before?.commit ?? "HEAD",
      folder: cache?.folder,
      now: this.#seams.clock.now(),
    });
    const version = this.#settings.refs.length > 1 ? ref : undefined;
    let state = before;
    const source = new FolderSource({
      name,
      limits,
      assembler: {
        version: version ?? this.#settings.version,
        versions,
        translationScope: version,
      },
      scope: `${ref ?? ""}:${subfolder}`,
      openTree: async () => {
        try {
          state = await this.#stateOf(head, before, checkout);
          const knownBlobs = new Set(before?.files.map(({ blob }) => blob));
          return new GitTree({ name, files: state.files, checkout, knownBlobs, cache });
        } catch (error) {
          await checkout[Symbol.asyncDispose]();
          throw error;
        }
      },
      survey: async (tree) => {
        const now = this.#seams.clock.now();
        const found = await surveyFolder(tree, { ...survey, limits, now, signal });
        return version === undefined ? found : below(version, found);
      },
    });
    // Once all is read: a load that is cut off gets the contents that it lacks the next time.
    const save = async (): Promise<void> => {
      if (state !== before) await cache?.put(this.#stateKey(ref), state);
    };
    return { source, save };
  }

  async #stateOf(
    head: Head | undefined,
    before: RefState | undefined,
    checkout: GitCheckout,
  ): Promise<RefState> {
    const isAsBefore = head === undefined || head.commit === before?.commit;
    if (isAsBefore && before !== undefined) return before;
    const { commit, committedAt, listing } = await checkout.look();
    const { subfolder } = this.#settings;
    return { commit, files: readTree(listing, subfolder, { commit, committedAt }, before) };
  }

  #git(signal: AbortSignal | undefined): GitProgram {
    const { repository, limits } = this.#settings;
    return new GitProgram({
      ...this.#seams,
      repository,
      timeoutMs: Math.min(MAX_COMMAND_MS, limits.maxLoadMs),
      maxBytes: MAX_BYTES,
      signal,
    });
  }

  #stateKey(ref: string | undefined): string {
    return `git:${ref ?? ""}:${this.#settings.subfolder}`;
  }

  #noRef(what: string): DocportError {
    return new DocportError(
      "ERR_SOURCE_FETCH",
      `The repository "${this.name}" does not have ${what}.`,
      {
        hint: "Name one that `git ls-remote` lists.",
      },
    );
  }
}

/** The same pages, each version's below a folder of its name, which comes after the language's. */
function below(version: string, { listing, layout }: FolderSurvey): FolderSurvey {
  const place: SiteLayout["place"] = (file, frontMatter) => {
    const placed = layout.place(file, frontMatter);
    if (placed === undefined) return undefined;
    const { publicPath, aliasPaths } = placed;
    const segment = placed.languageSegment ?? file.language;
    const languageSegment = publicPath.startsWith(`${segment}/`) ? segment : undefined;
    const moved = (path: string): string =>
      languageSegment !== undefined && `${path}/`.startsWith(`${languageSegment}/`)
        ? `${joinPath(languageSegment, version)}/${path.slice(languageSegment.length + 1)}`
        : `${version}/${path}`;
    return {
      ...placed,
      languageSegment,
      publicPath: moved(publicPath),
      aliasPaths: aliasPaths.map(moved),
    };
  };
  return { listing, layout: { ...layout, list: (paths) => layout.list(paths), place } };
}
