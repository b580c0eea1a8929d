import type { LoadProgress } from "../corpus/source.ts";

export interface ProgressOptions {
  readonly stderr: (text: string) => void;
  /** Draw a bar that moves; otherwise nothing is written. */
  readonly isTerminal: boolean;
  /** Milliseconds, for the redraw rate only. */
  readonly now: () => number;
}

export interface ProgressBar {
  update(progress: LoadProgress): void;
  /** Takes the bar away. */
  clear(): void;
}

const BAR_CELLS = 24;
const REDRAW_MS = 100;

/** A line at the foot of the terminal that says how far reading is. */
export function createProgressBar(options: ProgressOptions): ProgressBar {
  if (!options.isTerminal) return { update() {}, clear() {} };
  let drawnAt = Number.NEGATIVE_INFINITY;
  return {
    update(progress) {
      const now = options.now();
      if (now - drawnAt < REDRAW_MS) return;
      drawnAt = now;
      options.stderr(`\r\u001B[K${describeProgress(progress)}`);
    },
    clear() {
      if (drawnAt !== Number.NEGATIVE_INFINITY) options.stderr("\r\u001B[K");
    },
  };
}

function describeProgress({ pagesRead, pagesExpected }: LoadProgress): string {
  const read = pagesRead.toLocaleString("en-US");
  if (pagesExpected === undefined || pagesExpected === 0) return `Reading  ${read} pages`;
  const filled = Math.round(BAR_CELLS * Math.min(1, pagesRead / pagesExpected));
  const bar = "#".repeat(filled).padEnd(BAR_CELLS, "-");
  return `Reading  [${bar}]  ${read} of ${pagesExpected.toLocaleString("en-US")} pages`;
}
