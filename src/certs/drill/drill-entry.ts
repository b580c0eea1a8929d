import { messageOf } from "../../lib/errors.ts";
import type { CertificateEvent } from "../manager/certificate-events.ts";
import { describeDuration } from "../policy/clock-check.ts";

/** A line of a drill's timeline. */
export interface DrillEntry {
  /** Milliseconds since the drill began. */
  readonly atMs: number;
  readonly kind: "incident" | "incident-over" | "issued" | "renewed" | "failed" | "noted";
  readonly text: string;
  /** How often in a row, when more than once, and when it was so last. */
  readonly times?: number;
  readonly lastAtMs?: number;
}

/** Adds an entry; one that says again what the last one said only raises its count. */
export function addEntry(entries: DrillEntry[], entry: DrillEntry): void {
  const last = entries.at(-1);
  const isSeries = entry.kind === "failed" || entry.kind === "renewed";
  // A full disk is told for each file; that it is full is what matters.
  const isSame = last?.kind === entry.kind && (entry.kind === "failed" || last.text === entry.text);
  if (!last || !isSeries || !isSame) return void entries.push(entry);
  entries[entries.length - 1] = { ...last, times: (last.times ?? 1) + 1, lastAtMs: entry.atMs };
}

/** What the keeper told, as a line; undefined for what a reader of the timeline need not know. */
export function drillEntryOf(event: CertificateEvent, atMs: number): DrillEntry | undefined {
  const entry = (kind: DrillEntry["kind"], text: string): DrillEntry => ({ atMs, kind, text });
  switch (event.type) {
    case "issued":
      return entry("issued", "issued");
    case "renewed":
      return entry(
        "renewed",
        event.exempt
          ? "renewed in the CA's window, which no limit counts"
          : "renewed, outside the CA's window",
      );
    case "failed":
      return entry("failed", `failed: ${event.failure.sentence}`);
    case "woken":
      return entry("noted", "the cause is gone: tries again at once");
    case "storage-trouble":
      return entry("failed", `failed: ${event.sentence}`);
    case "clock-jumped":
      return entry("noted", `noticed that the clock moved by ${describeDuration(event.byMs)}`);
    case "rolled-back":
    case "quarantined":
      return entry("noted", `${event.type}: ${event.reason}`);
    case "unexpected":
      return entry("failed", `failed: ${messageOf(event.error)}`);
    case "adopted":
    case "attempt":
    case "waiting":
    case "swapped":
    case "restored":
    case "window":
    case "clock-suspect":
    case "fail-over":
      break;
  }
  return undefined;
}
