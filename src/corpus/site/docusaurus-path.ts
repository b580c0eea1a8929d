/** Where Docusaurus publishes a file: versions and translations leave the folders they live in. */
export interface DocusaurusPath {
  readonly sitePath: string;
  /** The folder below `i18n/`, which is also the URL's first segment. */
  readonly languageSegment: string | undefined;
}

const TRANSLATED =
  /^i18n\/([^/]+)\/docusaurus-plugin-content-docs\/(?:current|version-([^/]+))\/(.+)$/;
const VERSIONED = /^versioned_docs\/version-([^/]+)\/(.+)$/;

/**
 * `versioned_docs/version-1.2/a.md` is published below `docs/1.2/`, and
 * `i18n/de/docusaurus-plugin-content-docs/current/a.md` below `de/docs/`
 * (https://docusaurus.io/docs/versioning, https://docusaurus.io/docs/i18n/introduction).
 */
export function docusaurusPath(path: string): DocusaurusPath {
  const translated = TRANSLATED.exec(path);
  if (translated) {
    const [, language = "", version, rest = ""] = translated;
    const below = version === undefined ? rest : `${version}/${rest}`;
    return { sitePath: `${language}/docs/${below}`, languageSegment: language };
  }
  const versioned = VERSIONED.exec(path);
  if (versioned) {
    return { sitePath: `docs/${versioned[1]}/${versioned[2]}`, languageSegment: undefined };
  }
  return { sitePath: path, languageSegment: undefined };
}

/** `01-intro/2. setup` -> `intro/setup`; dates and version numbers keep their digits. */
export function withoutNumberPrefix(path: string): string {
  return path
    .split("/")
    .map((segment) => {
      if (/^\d+[-_.]\d/.test(segment)) return segment;
      return segment.replace(/^\d+\s*[-_.]+\s*(?=[^-_.\s])/, "");
    })
    .join("/");
}
