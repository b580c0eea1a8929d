import type { Clock } from "../../lib/clock.ts";
import { type ClockVerdict, explainClock, judgeClock } from "../policy/clock-check.ts";
import type { CertificateEvent } from "./certificate-events.ts";

/** What is thought of this computer's clock: by itself in each tick, by the CA's at each contact. */
export class ClockWatch {
  readonly #clock: Clock;
  readonly #emit: (event: CertificateEvent) => void;
  #verdict: ClockVerdict = { kind: "ok" };
  #told = "";

  constructor(clock: Clock, emit: (event: CertificateEvent) => void) {
    this.#clock = clock;
    this.#emit = emit;
  }

  /** One sentence and one fix; undefined when nothing is wrong. */
  get trouble(): { readonly sentence: string; readonly fix: string } | undefined {
    return this.#verdict.kind === "ok" ? undefined : explainClock(this.#verdict, this.#clock.now());
  }

  /** Whether the clock can be what it says, without asking anybody. */
  judgeAlone(): ClockVerdict {
    const alone = judgeClock(this.#clock.now(), undefined);
    // What the CA said stays true until the next contact, but it does not bar that contact.
    if (alone.kind === "suspect" || this.#verdict.aheadMs === undefined) this.#set(alone);
    return alone;
  }

  /** Judges by the CA's clock minus ours, as seen in its last reply. */
  judgeBy(caOffsetMs: number | undefined): ClockVerdict {
    const aheadMs = caOffsetMs === undefined ? undefined : -caOffsetMs;
    this.#set(judgeClock(this.#clock.now(), aheadMs));
    return this.#verdict;
  }

  #set(verdict: ClockVerdict): void {
    this.#verdict = verdict;
    const trouble = this.trouble;
    if (trouble && trouble.sentence !== this.#told) {
      this.#emit({ type: "clock-suspect", ...trouble });
    }
    this.#told = trouble?.sentence ?? "";
  }
}
