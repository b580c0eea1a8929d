import { describe, expect, it } from "vitest";
import { metricsOf } from "../metrics/metrics-of.ts";
import { documentAt, tableRows } from "./manual.ts";

describe("docs/guide/watching.md", () => {
  it("has every metric of our own and no other, in the words of the metrics", async () => {
    using metrics = metricsOf();
    const helps = [...(await metrics.text()).matchAll(/^# HELP (docport_\S+) (.+)$/gm)];
    const rows = tableRows(documentAt("docs/guide/watching.md").text, "Metrics");
    const byName = (a: string[], b: string[]): number => (`${a[0]}` < `${b[0]}` ? -1 : 1);
    expect(rows.toSorted(byName)).toEqual(
      helps.map(([, name = "", help = ""]) => [`\`${name}\``, help]).toSorted(byName),
    );
  });
});
