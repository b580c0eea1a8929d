import { chmod, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { notifySystemd, type SystemdNotifier } from "../../src/cli/notify-systemd.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

/** Stands for the real one: writes down what it was told, a line each time. */
const PROGRAM = '#!/bin/sh\necho "$NOTIFY_SOCKET $*" >> "$(dirname "$0")/told"\n';

interface Stage extends AsyncDisposable {
  readonly folder: TemporaryFolder;
  readonly clock: FakeClock;
  readonly problems: readonly string[];
  readonly notifier: SystemdNotifier | undefined;
  told(): Promise<readonly string[]>;
}

async function stage(
  env: Readonly<Record<string, string>> = {},
  program: string = PROGRAM,
): Promise<Stage> {
  const folder = await temporaryFolder({ "systemd-notify": program });
  await chmod(join(folder.path, "systemd-notify"), 0o755);
  const clock = new FakeClock();
  const problems: string[] = [];
  const notifier = notifySystemd({
    env: { PATH: `${folder.path}${delimiter}${process.env["PATH"]}`, ...env },
    pid: 42,
    status: () => "Serving 12 pages",
    onError: (message) => void problems.push(message),
    clock,
  });
  return {
    folder,
    clock,
    problems,
    notifier,
    async told() {
      const text = await readFile(join(folder.path, "told"), "utf8").catch(() => "");
      return text.split("\n").slice(0, -1);
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

describe("notifySystemd", () => {
  const NOTIFY_SOCKET = "/run/notify";

  it("says that it is ready and how it is, and that it stops", async () => {
    await using on = await stage({ NOTIFY_SOCKET });
    await on.notifier?.ready();
    await on.notifier?.[Symbol.asyncDispose]();
    expect(await on.told()).toEqual([
      "/run/notify --ready STATUS=Serving 12 pages",
      "/run/notify STOPPING=1 STATUS=Stopping",
    ]);
  });

  it("gives a sign of life twice in the time that systemd waits", async () => {
    await using on = await stage({ NOTIFY_SOCKET, WATCHDOG_USEC: "60000000", WATCHDOG_PID: "42" });
    await on.notifier?.ready();
    for (const signs of [1, 2]) {
      await on.clock.advance(30_000);
      await expect
        .poll(async () => (await on.told()).filter((line) => line.includes("WATCHDOG=1")).length)
        .toBe(signs);
      // The next wait begins when the program has ended.
      await expect.poll(() => on.clock.sleeping).toBe(1);
    }
    await on.notifier?.[Symbol.asyncDispose]();
    expect(on.clock.sleeping).toBe(0);
  });

  it("gives none for the watchdog of another process", async () => {
    await using on = await stage({ NOTIFY_SOCKET, WATCHDOG_USEC: "60000000", WATCHDOG_PID: "7" });
    await on.notifier?.ready();
    expect(on.clock.sleeping).toBe(0);
  });

  it("says once that systemd cannot be told, and goes on", async () => {
    await using on = await stage({ NOTIFY_SOCKET }, "#!/bin/sh\nexit 1\n");
    await on.notifier?.ready();
    await on.notifier?.[Symbol.asyncDispose]();
    expect(on.problems.length).toBe(1);
  });

  it("is nothing elsewhere", async () => {
    await using on = await stage();
    expect(on.notifier).toBeUndefined();
  });
});
