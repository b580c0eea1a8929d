import { execFile } from "node:child_process";
import { type Clock, systemClock } from "../lib/clock.ts";
import { messageOf } from "../lib/errors.ts";

export interface SystemdOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  /** One line on how the server is, asked for with each sign of life. */
  readonly status: () => string;
  /** Told once when systemd cannot be told anything. */
  readonly onError: (message: string) => void;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** The service's side of sd_notify(3). */
export interface SystemdNotifier extends AsyncDisposable {
  /** Resolves when systemd knows that the server is ready. Begins to give signs of life. */
  ready(): Promise<void>;
}

const PROGRAM_TIMEOUT_MS = 10_000;

/**
 * Undefined when the process was not started by systemd as a service of `Type=notify`. Node has no
 * datagram sockets of the kind that sd_notify wants, so the program `systemd-notify` speaks for us,
 * and the unit needs `NotifyAccess=all`.
 */
export function notifySystemd(options: SystemdOptions): SystemdNotifier | undefined {
  const { env, status, onError, clock = systemClock } = options;
  if (!env["NOTIFY_SOCKET"]) return undefined;
  const ended = new AbortController();
  const hearing = new AbortController();

  const tell = async (...words: readonly string[]): Promise<void> => {
    if (hearing.signal.aborted) return;
    try {
      await run(words, env);
    } catch (error) {
      hearing.abort();
      onError(messageOf(error));
    }
  };
  const giveSigns = async (periodMs: number): Promise<void> => {
    const signal = AbortSignal.any([ended.signal, hearing.signal]);
    for (;;) {
      await clock.sleep(periodMs, signal);
      await tell("WATCHDOG=1", `STATUS=${status()}`);
    }
  };
  return {
    async ready() {
      await tell("--ready", `STATUS=${status()}`);
      const periodMs = watchdogPeriod(options);
      // Rejects when it is over, and with nothing else.
      if (periodMs !== undefined) giveSigns(periodMs).catch(() => {});
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await tell("STOPPING=1", "STATUS=Stopping");
    },
  };
}

/** Half of what systemd waits for a sign of life, as sd_watchdog_enabled(3) advises. */
function watchdogPeriod({ env, pid }: SystemdOptions): number | undefined {
  const { WATCHDOG_USEC = "", WATCHDOG_PID = `${pid}` } = env;
  if (!/^\d{4,15}$/.test(WATCHDOG_USEC) || WATCHDOG_PID !== `${pid}`) return undefined;
  return Number(WATCHDOG_USEC) / 2_000;
}

function run(words: readonly string[], env: SystemdOptions["env"]): Promise<void> {
  const { PATH, NOTIFY_SOCKET } = env;
  return new Promise((resolve, reject) => {
    execFile(
      "systemd-notify",
      // What begins with a dash is an option wherever it stands.
      [...words],
      { env: { PATH, NOTIFY_SOCKET }, timeout: PROGRAM_TIMEOUT_MS },
      (error) => (error ? reject(error) : resolve()),
    );
  });
}
