import { describe, expect, it } from "vitest";
import type { IndexDocument } from "../../src/search/index-document.ts";
import { CONFIDENCE_THRESHOLD } from "../../src/search/ranking/confidence.ts";
import { document, idsOf, indexOf } from "./support.ts";

const filler = (count: number): IndexDocument[] =>
  Array.from({ length: count }, (_, i) =>
    document(`filler-${i}`, {
      title: `Notes ${i}`,
      text: `Some other prose that says nothing of it, number ${i}, with words like ${i * 7}.`,
    }),
  );

describe("spellings of one identifier", () => {
  const spellings = ["flatMap", "flat_map", "flat-map", "flatmap", "flat map", "FlatMap"];
  it.each(spellings.flatMap((written) => spellings.map((asked) => [asked, written] as const)))(
    "%s finds a section that writes %s",
    (asked, written) => {
      const index = indexOf([...filler(20), document("it", { text: `Use ${written} for this.` })]);
      expect(idsOf(index, asked)[0]).toBe("it");
    },
  );

  it.each([
    ["Array.prototype.flatMap", "flatMap"],
    ["--max-old-space-size", "max old space"],
    ["ERR_FOO_BAR", "err_foo_bar"],
    ["/etc/nginx/nginx.conf", "nginx.conf"],
    ["node:fs/promises", "fs promises"],
    ["std::vec::Vec", "Vec"],
    ["HTTPSConnection", "https connection"],
    ["v1.2.3", "1.2.3"],
    ["Node.js", "nodejs"],
    ["ASP.NET", ".NET"],
    ["C++", "c++"],
    ["error[E0382]", "E0382"],
    ["kubectl rollout undo", "rollout undo"],
  ])("a section with %s is found by %s", (written, asked) => {
    const index = indexOf([...filler(20), document("it", { code: `run ${written} now` })]);
    expect(idsOf(index, asked)[0]).toBe("it");
    expect(idsOf(index, written)[0]).toBe("it");
  });

  it("finds the whole identifier before its parts", () => {
    const index = indexOf([
      document("parts", { text: "flat flat map map map array prototype flat map" }),
      document("whole", { text: `${"other words ".repeat(30)} Array.prototype.flatMap` }),
      ...filler(20),
    ]);
    expect(idsOf(index, "Array.prototype.flatMap").slice(0, 2)).toEqual(["whole", "parts"]);
  });
});

describe("what counts", () => {
  it("is the title before the text", () => {
    const index = indexOf([
      document("text", { title: "Other", text: "renewal is mentioned in this text" }),
      document("title", { title: "Renewal", text: "that is mentioned in some other text" }),
      ...filler(5),
    ]);
    expect(idsOf(index, "renewal")).toEqual(["title", "text"]);
  });

  it("is words that stand together", () => {
    const index = indexOf([
      document("apart", { text: "a rate that is high, and here some more words, then a limit" }),
      document("together", {
        text: "there is a rate limit for it, and here some more words, high",
      }),
      ...filler(5),
    ]);
    expect(idsOf(index, "rate limit")).toEqual(["together", "apart"]);
  });

  it("is the very spelling, with folded diacritics behind it", () => {
    const index = indexOf([
      document("folded", { text: "send a resume with it" }),
      document("marked", { text: "send a résumé with it" }),
      ...filler(5),
    ]);
    expect(idsOf(index, "résumé")).toEqual(["marked", "folded"]);
    expect(idsOf(index, "resume")).toEqual(["folded", "marked"]);
  });

  it("is the page that has the rest of the query in another section", () => {
    const index = indexOf([
      document("other#a", { text: "the timeout can be set to a number of seconds" }),
      document("nginx#a", {
        text: "here a timeout is given as so many seconds, or as minutes, as in other tools",
      }),
      document("nginx#b", { title: "Nginx", text: "how to set up this server at all" }),
      ...filler(5),
    ]);
    const ids = idsOf(index, "nginx timeout");
    expect(ids.indexOf("nginx#a")).toBeLessThan(ids.indexOf("other#a"));
  });

  it("is stop words when they are all there is", () => {
    const index = indexOf([
      document("it", { title: "To be or not to be", text: "a play" }),
      ...filler(5),
    ]);
    expect(idsOf(index, "to be or not to be")[0]).toBe("it");
  });
});

describe("a word that is in no document", () => {
  const index = indexOf([
    document("config", { title: "Configuration", text: "how to configure the certificate" }),
    document("de", { language: "de", text: "Die Erneuerung der Zertifikate ist einfach." }),
    document("compound", { language: "de", text: "Die Zertifikatskette und mehr." }),
    ...filler(10),
  ]);

  it.each(["certifcate", "certificaet", "cretificate", "xertificate", "ertificate"])(
    "is forgiven: %s",
    (typed) => {
      const result = index.search(typed);
      expect(result.hits[0]?.id).toBe("config");
      expect(result.corrected).toBe("certificate");
    },
  );

  it("is not guessed at when it is short", () => {
    expect(index.search("cor").hits.map(({ id }) => id)).not.toContain("config");
  });

  it("may be the beginning of one", () => {
    expect(idsOf(index, "how to confi")).toContain("config");
    expect(idsOf(index, "certifi")[0]).toBe("config");
  });

  it("may be made of two", () => {
    expect(idsOf(index, "Zertifikatserneuerung", "de")[0]).toBe("de");
  });

  it("may be written as one", () => {
    expect(idsOf(index, "Zertifikats kette", "de")[0]).toBe("compound");
  });

  it("leaves known words alone", () => {
    expect(index.search("certificate").corrected).toBeUndefined();
  });
});

describe("a word that is hardly anywhere", () => {
  const renewals = Array.from({ length: 12 }, (_, i) =>
    document(`renewal-${i}`, { title: "Renewal", text: `Renewal of a certificate, part ${i}.` }),
  );
  const typo = document("typo", { text: "A certifcate of birth is asked for when you marry." });

  it("is taken for a typo when the query as it stands has no answer", () => {
    const index = indexOf([typo, ...renewals, ...filler(20)]);
    const result = index.search("certifcate renewal part");
    expect(result.hits[0]?.group).toMatch(/^renewal/);
    expect(result.corrected).toBe("certificate renewal part");
    expect(result.confidence).toBeGreaterThanOrEqual(CONFIDENCE_THRESHOLD);
    expect(index.search("certifcate renewal").corrected).toBe("certificate renewal");
  });

  it("is left alone when it has one", () => {
    const index = indexOf([typo, ...renewals, ...filler(20)]);
    const result = index.search("certifcate of birth");
    expect(result.hits[0]?.id).toBe("typo");
    expect(result.corrected).toBeUndefined();
  });

  it("is left alone when the other spelling is no commoner", () => {
    const index = indexOf([typo, ...renewals.slice(0, 9), ...filler(20)]);
    expect(index.search("certifcate renewal").corrected).toBeUndefined();
  });
});

describe("compounds", () => {
  const index = indexOf([
    document("parts", {
      language: "de",
      text: "Die Verlängerung des Zertifikats geht von selbst.",
    }),
    document("compound", { language: "de", text: "Die Zertifikatsverlängerung geht von selbst." }),
    document("head", { language: "de", text: "Eine Verlängerung der Leitung ist nicht nötig." }),
    document("chance", { language: "de", text: "Im Zertifikationsbüro ist niemand." }),
    ...Array.from({ length: 10 }, (_, i) =>
      document(`filler-${i}`, { language: "de", text: "Etwas ganz anderes steht hier, und mehr." }),
    ),
  ]);

  it.each([
    ["Zertifikatsverlängerung", ["compound", "parts"]],
    ["Zertifikatsverlängerungen", ["compound", "parts"]],
    ["Verlängerung Zertifikat", ["parts", "compound"]],
    ["Verlängerung des Zertifikats", ["parts", "compound"]],
  ])("are found whole and in parts: %s", (query, first) => {
    expect(idsOf(index, query, "de").slice(0, 2)).toEqual(first);
    expect(idsOf(index, query, "de")).not.toContain("chance");
  });

  it("are found by a part that stands nowhere alone", () => {
    const ids = idsOf(
      indexOf([
        document("it", { language: "da", text: "Certifikatfornyelse sker af sig selv." }),
        document("other", { language: "da", text: "Et certifikat er et certifikat." }),
      ]),
      "fornyelse",
      "da",
    );
    expect(ids).toEqual(["it"]);
  });

  it("are no concern of languages that write them apart", () => {
    const english = indexOf([
      document("it", { text: "A database of certificates." }),
      document("other", { text: "Data and a base." }),
    ]);
    expect(idsOf(english, "base")).toEqual(["other"]);
  });
});

describe("scripts without spaces", () => {
  const index = indexOf([
    document("ja", { language: "ja", text: "サーバー証明書の更新方法。" }),
    document("ja-other", { language: "ja", text: "明日の天気について。書く。" }),
    document("th", { language: "th", text: "การต่ออายุใบรับรองอัตโนมัติ" }),
    document("ko", { language: "ko", text: "인증서를 갱신하는 방법" }),
  ]);

  it.each([
    ["証明書", "ja"],
    ["更新", "ja"],
    ["更", "ja"],
    ["法", "ja"],
    ["ใบรับรอง", "th"],
    ["인증서", "ko"],
  ])("%s is found", (query, id) => {
    expect(idsOf(index, query)[0]).toBe(id);
  });

  it("shows what matched, character for character", () => {
    const { snippet } = index.search("証明書").hits[0]!;
    expect(snippet.text).toBe("サーバー証明書の更新方法。");
    expect(snippet.matches.map(([start, end]) => snippet.text.slice(start, end))).toEqual([
      "証明書",
    ]);
    expect(index.search("ใบรับรอง").hits[0]?.snippet.text).toBe("การต่ออายุใบรับรองอัตโนมัติ");
  });
});

describe("languages", () => {
  const page = (language: string, text: string, id = `${language}/page`): IndexDocument =>
    document(id, { language, text, translationKey: "page" });
  const index = indexOf([
    page("en", "How to renew a certificate with the client."),
    page("de", "Wie man ein certificate mit dem Client erneuert: renew."),
    page("fr", "Comment renouveler un certificate: renew."),
    document("en/only", { text: "Only English documents say wildcard." }),
  ]);

  it("makes a page in several languages one hit in the one asked for", () => {
    const hits = index.search("renew certificate", { language: "de" }).hits;
    expect(hits.map(({ id }) => id)).toEqual(["de/page"]);
    expect(hits[0]?.translations).toEqual(["de", "en", "fr"]);
    expect(idsOf(index, "renew certificate").filter((id) => id.endsWith("/page"))).toHaveLength(1);
  });

  it("gives the others when there is nothing in it", () => {
    expect(idsOf(index, "wildcard", "de")).toEqual(["en/only"]);
    expect(idsOf(index, "wildcard", "xx")).toEqual(["en/only"]);
  });

  it("takes a region for its base", () => {
    expect(idsOf(index, "renew certificate", "de-AT")).toEqual(["de/page"]);
  });
});

describe("what is collapsed and filtered", () => {
  const text = "The same long text that stands in two versions of one page, word for word.";
  const index = indexOf([
    document("v2/a", { title: "Same", text, version: "2", section: "guide/install" }),
    document("v1/a", { title: "Same", text, version: "1", section: "guide/install" }),
    document("b", { title: "Other", text: "A long text of other words.", section: "guidebook" }),
  ]);

  it("shows near-duplicates once", () => {
    expect(idsOf(index, "long text")).toEqual(expect.arrayContaining(["v2/a", "b"]));
    expect(idsOf(index, "long text")).not.toContain("v1/a");
  });

  it("filters by version", () => {
    expect(index.search("long text", { version: "1" }).hits.map(({ id }) => id)).toEqual(["v1/a"]);
    expect(index.search("long text", { version: "3" }).hits).toEqual([]);
  });

  it("filters by section, a whole part of the path at a time", () => {
    const ids = (section: string): string[] =>
      index.search("long text", { section }).hits.map(({ id }) => id);
    expect(ids("guide")).toEqual(["v2/a"]);
    expect(ids("guide/")).toEqual(["v2/a"]);
    expect(ids("guidebook")).toEqual(["b"]);
    expect(ids("")).toHaveLength(2);
  });
});
