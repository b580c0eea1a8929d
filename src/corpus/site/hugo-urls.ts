import { textAt, timeAt, type Values } from "./values.ts";

/**
 * A path as Hugo writes it in URLs: letters, digits and marks of any script stay, and so do
 * `. / \ _ - # + ~ @`; spaces become single hyphens, everything else goes.
 */
export function sanitizePath(path: string, keepsCase = false): string {
  const spaced = path
    .replace(/[^\p{L}\p{M}\p{Nd}./\\_\-#+~@\s]/gu, "")
    // One hyphen for the spaces between words, none beside a hyphen that was written, none in front.
    .replace(/(-?)\s+(?=(-?))/g, (_, before: string, after: string) =>
      before === "" && after === "" ? "-" : before,
    )
    .replace(/^-(?=[^-])/, path.startsWith("-") ? "-" : "")
    .replace(/-$/, path.endsWith("-") ? "-" : "");
  return keepsCase ? spaced : spaced.toLowerCase();
}

export interface PermalinkPlace {
  /** Folders above the page, sections in Hugo's words. */
  readonly sections: readonly string[];
  /** Name of the file, or of the folder of a leaf bundle. */
  readonly baseName: string;
  readonly frontMatter: Values;
  readonly keepsCase: boolean;
}

const MONTHS: readonly string[] = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];
const DAYS: readonly string[] = [
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
];

/**
 * Fills the tokens of a `permalinks` pattern (https://gohugo.io/configuration/permalinks/#tokens).
 * A token that it does not know stays as it is. A page with no date gets Hugo's year 1.
 */
export function expandPermalink(pattern: string, place: PermalinkPlace): string {
  const { frontMatter, sections, baseName } = place;
  const date = new Date(timeAt(frontMatter, "date") ?? Date.UTC(1, 0, 1) - YEARS_1900);
  const segment = (text: string): string =>
    sanitizePath(text.replaceAll("/", "-"), place.keepsCase).replace(/[#+]/g, "");
  const title = (): string => segment(textAt(frontMatter, "title") ?? baseName);
  const slugOr = (other: () => string): string => {
    const slug = textAt(frontMatter, "slug");
    return slug === undefined ? other() : segment(slug);
  };
  const values: Readonly<Record<string, () => string>> = {
    year: () => String(date.getUTCFullYear()),
    month: () => twoDigits(date.getUTCMonth() + 1),
    monthname: () => MONTHS[date.getUTCMonth()] ?? "",
    day: () => twoDigits(date.getUTCDate()),
    weekday: () => String(date.getUTCDay()),
    weekdayname: () => DAYS[date.getUTCDay()] ?? "",
    yearday: () => String(dayOfYear(date)),
    section: () => sections[0] ?? "",
    sectionslug: () => sections.at(-1) ?? "",
    title,
    slug: () => slugOr(title),
    filename: () => segment(baseName),
    contentbasename: () => segment(baseName),
    slugorfilename: () => slugOr(() => segment(baseName)),
    slugorcontentbasename: () => slugOr(() => segment(baseName)),
  };
  return pattern
    .replace(
      /:([a-z]+)(?:\[([a-z0-9]*)(?![a-z0-9])(:?)([a-z0-9]*)\])?/g,
      (token, name: string, ...rest) => {
        if (name === "sections" || name === "sectionslugs") {
          return sliceOf(sections, rest.slice(0, 3).map(String)).join("/");
        }
        return Object.hasOwn(values, name) ? (values[name]?.() ?? "") : token;
      },
    )
    .replace(/\/{2,}/g, "/");
}

/** `Date.UTC(1, ...)` means 1901; this is the way back to the year 1. */
const YEARS_1900: number = Date.UTC(1901, 0, 1) - new Date("0001-01-01T00:00:00Z").getTime();

function sliceOf(sections: readonly string[], parts: readonly string[]): readonly string[] {
  const [from = "", colon = "", to = ""] = parts;
  if (from === "undefined") return sections;
  const last = sections.length - 1;
  const at = (text: string, other: number): number =>
    text === "" ? other : text === "last" ? last : Number.parseInt(text, 10);
  if (colon === "") return sections.slice(at(from, 0), at(from, 0) + 1);
  return sections.slice(at(from, 0), at(to, sections.length));
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

function dayOfYear(date: Date): number {
  return Math.round((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
}
