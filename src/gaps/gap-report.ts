import type { Gap } from "./cluster-queries.ts";

/** A gap with what the documentation has closest to it, as a writer reads it. */
export interface ReportedGap extends Omit<Gap, "closest"> {
  readonly closest: readonly ClosestSection[];
  /** The documentation that was named answers it now. Absent when none was named. */
  readonly isAnsweredNow?: boolean;
}

export interface ClosestSection {
  readonly id: string;
  /** Absent when no documentation was named to look it up in. */
  readonly title?: string;
}

/** Gaps in the Markdown report; the JSON has all. */
const MAX_SHOWN = 100;
const MAX_WORDINGS = 5;

/** The report for writers. Queries come from anybody, so nothing of them is taken as Markdown. */
export function gapsMarkdown(gaps: readonly ReportedGap[]): string {
  const open = gaps.filter(({ isAnsweredNow }) => isAnsweredNow !== true);
  const queries = open.reduce((sum, { count }) => sum + count, 0);
  const answered = gaps.length - open.length;
  const lines = ["# What was asked and not found", ""];
  if (open.length === 0) lines.push("Nothing.");
  else lines.push(`${plural(queries, "query")} on ${plural(open.length, "subject")}.`);
  if (answered > 0) {
    lines.push("", `${plural(answered, "subject")} more can be answered by now and is not listed.`);
  }
  for (const gap of open.slice(0, MAX_SHOWN)) lines.push("", ...gapLines(gap));
  if (open.length > MAX_SHOWN) {
    lines.push("", `And ${plural(open.length - MAX_SHOWN, "subject")} more; --json has all.`);
  }
  return `${lines.join("\n")}\n`;
}

/** The report for programs. Its fields are only ever added to. */
export function gapsJson(gaps: readonly ReportedGap[]): string {
  const shown = gaps.map(({ firstAt, lastAt, ...rest }) => ({
    ...rest,
    firstAt: new Date(firstAt).toISOString(),
    lastAt: new Date(lastAt).toISOString(),
  }));
  return `${JSON.stringify({ count: gaps.length, gaps: shown }, null, 2)}\n`;
}

function gapLines({ query, count, firstAt, lastAt, wordings, closest }: ReportedGap): string[] {
  const others = wordings.slice(1, 1 + MAX_WORDINGS).map((each) => literal(each.query));
  const more = wordings.length - 1 - others.length;
  const [first, last] = [day(firstAt), day(lastAt)];
  const when = first === last ? `on ${first}` : `from ${first} to ${last}`;
  return [
    `## ${literal(query)}`,
    "",
    `Asked ${count === 1 ? "once" : `${count} times`}, ${when}.`,
    ...(others.length === 0
      ? []
      : ["", `Also: ${others.join("; ")}${more > 0 ? `; and ${more} more` : ""}.`]),
    "",
    ...(closest.length === 0
      ? ["Nothing comes close."]
      : ["Closest:", "", ...closest.map((one) => `- ${sectionText(one)}`)]),
  ];
}

function sectionText({ id, title }: ClosestSection): string {
  return title === undefined ? literal(id) : `${literal(title)} (${literal(id)})`;
}

function literal(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replaceAll(/[\\`*_{}[\]<>#|!&~]/g, "\\$&")
    .trim();
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function plural(count: number, noun: "query" | "subject"): string {
  if (count === 1) return `1 ${noun}`;
  return `${count} ${noun === "query" ? "queries" : "subjects"}`;
}
