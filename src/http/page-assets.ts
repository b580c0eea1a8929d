import { readFileSync } from "node:fs";
import { ownFile } from "../lib/own-file.ts";
import type { RouteEntries } from "./route.ts";
import { shortHash } from "./tagged-response.ts";

/** The page's own files: where they are, and the routes that give them. */
export interface PageAssets {
  readonly paths: { readonly css: string; readonly js: string; readonly icon: string };
  readonly routes: RouteEntries;
}

/**
 * Reads the files of `src/web/`. Each has the hash of its content in its path, so that browsers keep
 * it for good and a new version has a new path.
 */
export function loadPageAssets(): PageAssets {
  const css = asset("page", "css", "text/css; charset=utf-8");
  const js = asset("page", "js", "text/javascript; charset=utf-8");
  const icon = asset("icon", "svg", "image/svg+xml");
  return {
    paths: { css: css.path, js: js.path, icon: icon.path },
    routes: [css, js, icon].map(({ path, text, type }) => [
      path,
      {
        GET: () =>
          new Response(text, {
            headers: {
              "content-type": type,
              "cache-control": "public, max-age=31536000, immutable",
            },
          }),
      },
    ]),
  };
}

function asset(
  name: string,
  extension: string,
  type: string,
): { readonly path: string; readonly text: string; readonly type: string } {
  const text = readFileSync(ownFile(`web/${name}.${extension}`), "utf8");
  return { path: `/assets/${name}.${shortHash(text)}.${extension}`, text, type };
}
