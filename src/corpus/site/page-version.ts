const DOTTED = /^v?[0-9]{1,4}(?:\.(?:[0-9]{1,4}|x)){1,3}(?:-[a-z0-9.]{1,20})?$/i;
const WHOLE = /^v[0-9]{1,4}$/i;

/** How deep below the site's (or language's) root a version's folder is looked for. */
const MAX_DEPTH = 3;

/**
 * The version that a path names. Configured `versions` count as any segment. Without them it is a
 * dotted number (`1.2`, `v2.x`) in one of the first three segments, or `v2` as the very first:
 * deeper, as in `api/v1/users`, that is the interface's version and not the documentation's.
 */
export function versionOf(path: string, versions?: readonly string[]): string | undefined {
  const segments = path.split("/").slice(0, -1);
  if (versions !== undefined && versions.length > 0) {
    return segments.find((segment) => versions.includes(segment));
  }
  return segments
    .slice(0, MAX_DEPTH)
    .find((segment, depth) => DOTTED.test(segment) || (depth === 0 && WHOLE.test(segment)));
}
