import { spawnSync } from "node:child_process";
import { array, assert, constantFrom, property } from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isGitRef,
  isGitUrl,
  parseGitLocation,
  protocolOf,
  withoutCredentials,
} from "../../../src/corpus/git/git-location.ts";
import { detectKind } from "../../../src/corpus/sources/detect-kind.ts";

describe("isGitUrl", () => {
  it.each([
    ["https://example.org/docs.git", "https"],
    ["https://example.org/docs.git#v1.2", "https"],
    ["http://example.org/docs.git/", "http"],
    ["git://example.org/docs", "git"],
    ["ssh://git@example.org:22/docs", "ssh"],
    ["git@example.org:group/docs.git#main", "ssh"],
  ])("%s is one, by %s", (location, protocol) => {
    expect(isGitUrl(location)).toBe(true);
    expect(protocolOf(parseGitLocation(location).repository)).toBe(protocol);
    expect(detectKind(location, "url")).toBe("git");
  });

  it.each([
    "https://example.org/docs/",
    "https://example.org/digit",
    "./docs.git",
    "C:\\docs.git",
    "ext::sh -c id",
    "file:///srv/docs.git",
    "-oProxyCommand=id@example.org:x",
    "git@-oProxyCommand:x",
  ])("%s is none", (location) => {
    expect(isGitUrl(location)).toBe(false);
  });

  it("leaves whatever it does not know to the file system", () => {
    for (const location of ["ext::sh -c id", "--upload-pack=id", "/srv/docs.git"]) {
      expect(protocolOf(location)).toBe("file");
    }
  });
});

describe("isGitRef", () => {
  it.each(["main", "v1.2", "feature/x", "release-1.x", "a".repeat(40), "@x", "user@1"])(
    "takes %s",
    (ref) => expect(isGitRef(ref)).toBe(true),
  );

  it("takes nothing that git would not take for a name", () => {
    const piece = constantFrom("a", "-", ".", "/", "@", "{", "~", "lock", "..", " ", "+", "1");
    assert(
      property(array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
        const ref = pieces.join("");
        if (!isGitRef(ref)) return;
        expect(ref.startsWith("-")).toBe(false);
        const { status } = spawnSync("git", ["check-ref-format", `refs/heads/${ref}`]);
        expect(`${ref}: ${status}`).toBe(`${ref}: 0`);
      }),
    );
  });
});

describe("withoutCredentials", () => {
  it("hides them wherever they stand", () => {
    expect(withoutCredentials("fatal: 'https://me:x%40y@example.org/a' and ssh://git@b/c")).toBe(
      "fatal: 'https://example.org/a' and ssh://b/c",
    );
  });
});
