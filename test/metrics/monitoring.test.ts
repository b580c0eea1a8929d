import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ROOT } from "../docs/manual.ts";
import { metricsOf } from "./metrics-of.ts";

const FOLDER = join(ROOT, "examples/monitoring");
const textOf = (name: string): string => readFileSync(join(FOLDER, name), "utf8");

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets: readonly { readonly expr: string }[];
}

const { groups } = parse(textOf("alerts.yaml")) as {
  groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const { panels } = JSON.parse(textOf("dashboard.json")) as { panels: readonly Panel[] };

/** Names that can be asked for: of a histogram those of its parts. */
function sampleNames(): ReadonlySet<string> {
  using metrics = metricsOf();
  return new Set(
    metrics.names.flatMap(({ name, type }) =>
      type === "histogram" ? ["_bucket", "_sum", "_count"].map((part) => name + part) : [name],
    ),
  );
}

const askedFor = (expr: string): string[] =>
  [...expr.matchAll(/\b(?:docport|nodejs|process)_\w+/g)].map(([name]) => name);

const known = sampleNames();
const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;
const isRequired = process.env["REQUIRE_PROMTOOL"] === "1";

describe("examples/monitoring", () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    "%s asks for what there is",
    (_, rule) => {
      const names = askedFor(rule.expr);
      expect(names.length + (rule.expr.startsWith("up{") ? 1 : 0)).toBeGreaterThan(0);
      expect(names.filter((name) => !known.has(name))).toEqual([]);
      expect(["page", "ticket"]).toContain(rule.labels.severity);
      expect(rule.annotations.summary).toContain("{{ $labels.instance }}");
    },
  );

  it.each(panels.map((panel) => [panel.title, panel] as const))(
    "the panel %s asks for what there is",
    (_, { targets }) => {
      const names = targets.flatMap(({ expr }) => askedFor(expr));
      expect(names.length).toBeGreaterThanOrEqual(targets.length);
      expect(names.filter((name) => !known.has(name))).toEqual([]);
    },
  );

  it("shows every metric of our own in the dashboard or in an alert", () => {
    const shown = [
      ...rules.map(({ expr }) => expr),
      ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      textOf("dashboard.json"),
    ].flatMap(askedFor);
    using metrics = metricsOf();
    const own = metrics.names.map(({ name }) => name).filter((name) => name.startsWith("docport_"));
    // Which error it was is read in the log or at /healthz.
    const unshown = ["docport_certificate_last_failure_timestamp_seconds"];
    expect(
      own.filter((name) => !shown.some((one) => one.startsWith(name)) && !unshown.includes(name)),
    ).toEqual([]);
  });

  it("lays the panels side by side", () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });

  it.skipIf(!hasPromtool && !isRequired)("satisfies promtool", () => {
    for (const args of [
      ["check", "rules", "alerts.yaml"],
      ["check", "config", "prometheus.yaml"],
    ]) {
      const { status, stdout, stderr } = spawnSync("promtool", args, {
        cwd: FOLDER,
        encoding: "utf8",
      });
      expect(stdout + stderr).toContain("SUCCESS");
      expect(status).toBe(0);
    }
  });

  it.skipIf(!hasPromtool && !isRequired)("is asked of metrics that promtool can read", async () => {
    using metrics = metricsOf();
    const input = await metrics.text();
    const { stderr } = spawnSync("promtool", ["check", "metrics"], { input, encoding: "utf8" });
    // Only what prom-client itself names otherwise than Prometheus would.
    const own = stderr.split("\n").filter((line) => line.startsWith("docport_"));
    expect(own).toEqual([]);
    expect(stderr).not.toMatch(/error/i);
  });
});
