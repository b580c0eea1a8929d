import type { Directory } from "../../acme/directory.ts";
import { identifierOf } from "../../acme/identifier.ts";
import { messageOf } from "../../lib/errors.ts";
import { explainClock, judgeClock } from "../policy/clock-check.ts";
import { describeWait } from "../policy/describe-decision.ts";
import { type DoctorCase, type DoctorWorld, probe } from "./doctor-world.ts";
import { type Finding, good, problem, warning } from "./finding.ts";

export interface CaAnswer {
  readonly directory: Directory | undefined;
  readonly findings: readonly Finding[];
}

/** Whether the CA can be asked and would serve us, and what it thinks of our clock. */
export async function checkCa(
  world: DoctorWorld,
  subject: DoctorCase,
  signal: AbortSignal,
): Promise<CaAnswer> {
  const { clock } = world;
  try {
    const { directory, clockOffsetMs } = await probe(clock, signal, world.askCa);
    const aheadMs = clockOffsetMs === undefined ? undefined : -clockOffsetMs;
    return {
      directory,
      findings: [
        good("ca", `${subject.ca} answers.`),
        ...judgeTerms(directory, subject),
        checkClock(clock.now(), aheadMs),
      ],
    };
  } catch (error) {
    signal.throwIfAborted();
    const fix =
      "Let this computer open connections to it (port 443), and check --acme-directory and --acme-root.";
    const sentence = `${subject.ca} cannot be asked: ${messageOf(error)}.`;
    return {
      directory: undefined,
      findings: [problem("ca", sentence, fix), checkClock(clock.now(), undefined)],
    };
  }
}

function checkClock(now: number, aheadMs: number | undefined): Finding {
  const verdict = judgeClock(now, aheadMs);
  if (verdict.kind === "ok") return good("clock", "The clock of this computer is right.");
  const { sentence, fix } = explainClock(verdict, now);
  return verdict.kind === "suspect"
    ? problem("clock", sentence, fix)
    : warning("clock", sentence, fix);
}

function judgeTerms(
  { externalAccountRequired, profiles }: Directory,
  { ca, profile, names, hasAccountBinding }: DoctorCase,
): readonly Finding[] {
  const listed = [...profiles.keys()].join(", ") || "none";
  const hasAddress = names.some((name) => identifierOf(name).type === "ip");
  return [
    ...(externalAccountRequired && !hasAccountBinding
      ? [
          problem(
            "ca",
            `${ca} serves customers of its own only.`,
            "Get a key id and an HMAC key from it; set --eab-kid and --eab-hmac.",
          ),
        ]
      : []),
    ...(profile !== undefined && !profiles.has(profile)
      ? [
          warning(
            "ca",
            `${ca} has no profile ${profile}, so its default is taken; it has ${listed}.`,
            "Correct --profile, or leave it away.",
          ),
        ]
      : []),
    ...(hasAddress && profiles.size > 0 && !profiles.has("shortlived")
      ? [
          warning(
            "ca",
            `${ca} has no profile shortlived, the one in which public CAs issue for addresses.`,
            "Use a DNS name, or another CA.",
          ),
        ]
      : []),
  ];
}

/** What the CA's limits and our own schedule still allow, by the ledger. */
export async function checkLimits({ status }: DoctorWorld): Promise<readonly Finding[]> {
  const { next, ordersLeft, failure } = await status();
  if (next?.action === "wait") {
    const until = `${new Date(next.at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
    const sentence = `No certificate is asked for before ${until}: ${describeWait(next.because ?? "retry")}.`;
    return [warning("limits", sentence, failure?.fix ?? "Wait, or try things out with --staging.")];
  }
  if (ordersLeft === undefined) return [good("limits", "This CA has published no limits.")];
  const sentence = `The CA's limits allow ${ordersLeft} more ${ordersLeft === 1 ? "order" : "orders"} for these names now.`;
  return ordersLeft > 1
    ? [good("limits", sentence)]
    : [warning("limits", sentence, "Try things out with --staging until it works.")];
}
