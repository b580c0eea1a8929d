import { execFile } from "node:child_process";
import { DocportError, systemCodeOf } from "../../lib/errors.ts";
import type { DnsProvider, TxtRecord } from "./dns-provider.ts";

const TIMEOUT_MS = 120_000;
const MAX_OUTPUT_BYTES = 64 * 1024;
const MAX_QUOTED_CHARS = 300;

/**
 * Changes DNS by a program of the user's: `COMMAND present|cleanup NAME VALUE`. It is started
 * without a shell, gets two minutes, and succeeds with exit code 0. Rejects with ERR_DNS_HOOK.
 */
export function dnsHook(command: string): DnsProvider {
  return {
    present: (record, signal) => run(command, "present", record, signal),
    cleanup: (record, signal) => run(command, "cleanup", record, signal),
  };
}

function run(
  command: string,
  action: "present" | "cleanup",
  { name, value }: TxtRecord,
  signal: AbortSignal,
): Promise<void> {
  const options = {
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_OUTPUT_BYTES,
    killSignal: "SIGKILL",
    signal,
  } as const;
  return new Promise((resolve, reject) => {
    execFile(command, [action, name, value], options, (error, _stdout, stderr) => {
      if (!error) return resolve();
      if (signal.aborted) return reject(signal.reason);
      const said = stderr.trim().slice(-MAX_QUOTED_CHARS);
      const message = `dns hook: ${command} ${action} ${name} failed: ${said || whyOf(error)}`;
      reject(
        new DocportError("ERR_DNS_HOOK", message, {
          hint: `Run "${command} ${action} ${name} test" by hand and mend what it says.`,
          cause: error,
        }),
      );
    });
  });
}

function whyOf(error: Error & { readonly killed?: boolean }): string {
  const code = systemCodeOf(error);
  if (code === "ENOENT") return "there is no such program";
  if (code === "EACCES") return "it may not be run";
  if (code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return "it printed too much";
  return error.killed ? `it did not end within ${TIMEOUT_MS / 1_000} seconds` : error.message;
}
