/** A repository and the branch, tag or commit of it that its location names. */
export interface GitLocation {
  /** What git is given: a URL, `user@host:path`, or a path. */
  readonly repository: string;
  readonly ref: string | undefined;
}

const SCP_LIKE = /^[\w.+-]+@[a-z0-9][\w.-]*:(?![-/]{2})[^\s]+$/i;
const GIT_URL = /^(?:git|ssh|git\+ssh):\/\//i;
const REF = /^(?![-/.])(?!.*(?:\.\.|\/\/|@\{|\/\.|\.lock$|[/.]$))[\w./+@-]{1,200}$/;

/** Whether a location can only be a repository's: by its scheme, its form, or the end of its path. */
export function isGitUrl(location: string): boolean {
  const [place = ""] = location.split("#", 1);
  if (GIT_URL.test(place) || SCP_LIKE.test(place)) return true;
  return (
    /^https?:\/\//i.test(place) && URL.canParse(place) && /\.git\/?$/i.test(new URL(place).pathname)
  );
}

/** Splits `repository#ref`. */
export function parseGitLocation(location: string): GitLocation {
  const hash = location.lastIndexOf("#");
  if (hash < 0) return { repository: location, ref: undefined };
  return { repository: location.slice(0, hash), ref: location.slice(hash + 1) || undefined };
}

/**
 * Whether git is given this as a branch, tag or commit: a name that git allows, in the letters that
 * names have in practice. One that begins with a hyphen would be taken for an option.
 */
export function isGitRef(ref: string): boolean {
  return REF.test(ref);
}

/** Without user name and password, for messages. */
export function withoutCredentials(text: string): string {
  return text.replace(/(\w:\/\/)[^/@\s]*@/g, "$1");
}

/** The protocols that git may use for a repository: its own and no other. */
export function protocolOf(repository: string): "https" | "http" | "git" | "ssh" | "file" {
  const scheme = /^(https?|git|ssh|git\+ssh):\/\//i.exec(repository)?.[1]?.toLowerCase();
  if (scheme === "https" || scheme === "http" || scheme === "git") return scheme;
  return scheme !== undefined || SCP_LIKE.test(repository) ? "ssh" : "file";
}
