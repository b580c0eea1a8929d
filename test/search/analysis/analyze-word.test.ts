import { describe, expect, it } from "vitest";
import { analyzerFor, termsOf } from "../../../src/search/analysis/analyze-word.ts";

const termsIn = (word: string, language = "en"): string[] =>
  analyzerFor(language)
    .analyze(word)
    .terms.map(({ term }) => term);

describe("a word", () => {
  it.each([
    ["Installing", "en", "instal"],
    ["Zertifikate", "de", "zertifikat"],
    ["Überprüfung", "de", "uberpruf"],
    ["l’index", "fr", "index"],
    ["server's", "en", "server"],
    ["don't", "en", "dont"],
    ["ＡＢＣ", "en", "abc"],
    ["co\u00adoperate", "en", "cooper"],
  ])("%s in %s is %s", (word, language, term) => {
    expect(termsIn(word, language)).toEqual([term]);
  });

  it("is a stop word by language", () => {
    expect(analyzerFor("en").analyze("The").isStop).toBe(true);
    expect(analyzerFor("de").analyze("die")).toMatchObject({ isStop: true, length: 0 });
    expect(analyzerFor("en").analyze("die").isStop).toBe(false);
  });
});

describe("an identifier", () => {
  it.each([
    ["flatMap", ["flatmap", "flat", "map"]],
    ["flat_map", ["flatmap", "flat", "map"]],
    ["flat-map", ["flatmap", "flat", "map"]],
    ["Array.prototype.flatMap", ["array.prototype.flatmap", "array", "prototyp", "flatmap"]],
    ["HTTPSConnection", ["httpsconnect", "https", "connect"]],
    ["ERR_FOO_BAR", ["errfoobar", "err", "foo", "bar"]],
    ["E0382", ["e0382"]],
    ["python3", ["python3", "python"]],
    ["v1.2.3", ["1.2.3"]],
    ["1.2.3", ["1.2.3"]],
    ["std::vec::Vec", ["std.vec.vec", "std", "vec"]],
    ["node:fs/promises", ["node.fs.promises", "node", "fs", "promis"]],
    ["etc/nginx/nginx.conf", ["etc.nginx.nginx.conf", "etc", "nginx", "conf"]],
    ["Node.js", ["node.js", "node", "js"]],
    ["C++", ["c++"]],
    ["C#", ["c#"]],
    [".NET", [".net", "net"]],
    ["-x", ["-x"]],
  ])("%s is found by %j", (word, expected) => {
    expect(termsIn(word)).toEqual(expect.arrayContaining(expected));
    expect(termsIn(word)[0]).toBe(expected[0]);
  });

  it("counts its parts less than words, and those of a hyphenated word in full", () => {
    const units = (word: string) =>
      Object.fromEntries(
        analyzerFor("en")
          .analyze(word)
          .terms.map((each) => [each.term, each.units]),
      );
    expect(units("flatMap")).toEqual({ flatmap: 4, flat: 2, map: 2 });
    expect(units("open-source")).toEqual({ opensourc: 4, open: 4, sourc: 4 });
    expect(analyzerFor("en").analyze("open-source").length).toBe(2);
  });

  it("has a bounded number of terms", () => {
    expect(termsIn("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t").length).toBeLessThanOrEqual(16);
  });
});

it("gives the distinct terms of several languages", () => {
  expect(termsOf("running", ["en", "de", "en-gb"])).toEqual(["run", "running"]);
});
