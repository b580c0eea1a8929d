/** `problem`: no certificate until it is mended. `warning`: it may go wrong. `unknown`: not seen from here. */
export type Severity = "problem" | "warning" | "unknown" | "good";

/** One thing that was looked at. */
export interface Finding {
  readonly severity: Severity;
  /** What was looked at: stable, for scripts. */
  readonly check:
    | "dns"
    | "caa"
    | "ports"
    | "reach"
    | "redirect"
    | "ca"
    | "clock"
    | "storage"
    | "limits";
  /** One plain sentence. */
  readonly sentence: string;
  /** The one thing to do; absent when there is nothing to do. */
  readonly fix?: string;
}

const ORDER: readonly Severity[] = ["problem", "warning", "unknown", "good"];

/** The worst first; in the order of the checks otherwise. */
export function bySeverity(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

export function problem(check: Finding["check"], sentence: string, fix: string): Finding {
  return { severity: "problem", check, sentence, fix };
}

export function warning(check: Finding["check"], sentence: string, fix: string): Finding {
  return { severity: "warning", check, sentence, fix };
}

export function unknown(check: Finding["check"], sentence: string, fix: string): Finding {
  return { severity: "unknown", check, sentence, fix };
}

export function good(check: Finding["check"], sentence: string): Finding {
  return { severity: "good", check, sentence };
}
