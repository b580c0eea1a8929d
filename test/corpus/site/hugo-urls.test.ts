import { describe, expect, it } from "vitest";
import { expandPermalink, sanitizePath } from "../../../src/corpus/site/hugo-urls.ts";

// What Hugo 0.111 makes of these names.
describe("sanitizePath", () => {
  it.each([
    ["Big Section/My Page (one) & two", "big-section/my-page-one-two"],
    ["My Slug", "my-slug"],
    ["--a___b--c", "--a___b--c"],
    ["a - b", "a-b"],
    ["v1.2", "v1.2"],
    ["Über/Größe", "über/größe"],
    ["  a  ", "a"],
    ["日本語 の ページ", "日本語-の-ページ"],
  ])("writes %j as %j", (name, path) => expect(sanitizePath(name)).toBe(path));

  it("keeps case when the site does", () => {
    expect(sanitizePath("My Page", true)).toBe("My-Page");
  });
});

describe("expandPermalink", () => {
  const place = {
    sections: ["posts", "2024", "news"],
    baseName: "my-file",
    frontMatter: { title: "Hello, Wörld! C++ & C#", date: new Date("2024-03-05T10:00:00Z") },
    keepsCase: false,
  };

  it.each([
    ["/:year/:month/:day/:slug/", "/2024/03/05/hello-wörld-c-c/"],
    ["/:section/:contentbasename", "/posts/my-file"],
    ["/:sections[1:]/:filename", "/2024/news/my-file"],
    ["/:sections[:last]/x", "/posts/2024/x"],
    ["/:sections[last]/:sections[0]/", "/news/posts/"],
    ["/:sections/:title", "/posts/2024/news/hello-wörld-c-c"],
    ["/:monthname/:weekday/:weekdayname/:yearday", "/march/2/tuesday/65"],
    ["/:unknown/", "/:unknown/"],
    ["/:constructor/", "/:constructor/"],
  ])("fills %s", (pattern, path) => expect(expandPermalink(pattern, place)).toBe(path));

  it("prefers the slug, and gives a page without date the year 1", () => {
    const frontMatter = { title: "T", slug: "My Slug" };
    expect(expandPermalink("/:year/:month/:slug/", { ...place, frontMatter })).toBe(
      "/1/01/my-slug/",
    );
    expect(expandPermalink("/:slugorfilename", { ...place, frontMatter: {} })).toBe("/my-file");
  });
});
