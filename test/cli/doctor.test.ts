import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { doctorText } from "../../src/cli/doctor.ts";
import { main } from "../../src/cli/main.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createAcmeCa } from "../support/acme-ca/create-acme-ca.ts";
import { listenAcmeCa } from "../support/acme-ca/listen-acme-ca.ts";
import { recordedContext } from "../support/command-context.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("docport doctor", () => {
  it("looks at this computer, and is advice unless it is strict", async () => {
    await using folder = await temporaryFolder();
    await using ca = await listenAcmeCa(createAcmeCa({ clock: systemClock }));
    await writeFile(join(folder.path, "roots.pem"), ca.apiRoots);
    const doctor = async (...flags: string[]): Promise<{ code: number; out: string }> => {
      const context = recordedContext({ cwd: folder.path });
      const settings = [
        // An address needs no DNS, and this one is our own.
        ...["--domain", "127.0.0.1", "--host", "127.0.0.1", "--certs", "certs"],
        ...["--port", "0", "--acme-port", "0"],
        ...["--acme-directory", ca.directoryUrl, "--acme-root", "roots.pem"],
      ];
      const code = await main(["doctor", ...flags, ...settings], context);
      return { code, out: context.out() };
    };
    const text = await doctor();
    expect(text.code).toBe(0);
    expect(text.out).toContain("good     127.0.0.1 is an address of this computer.");
    expect(text.out).toContain("good     localhost:");
    expect(text.out).toContain("and the CA comes to port 443");
    const json = await doctor("--json", "--strict");
    expect(json.code).toBe(0);
    const { findings } = JSON.parse(json.out) as { findings: { check: string }[] };
    expect(findings.map(({ check }) => check)).toEqual(expect.arrayContaining(["ca", "clock"]));
  });

  it("with --strict exits with 1 when there is a problem, such as a CA for customers only", async () => {
    await using folder = await temporaryFolder();
    const behaviour = { externalAccountKeys: new Map([["kid", "bWFj"]]) };
    await using ca = await listenAcmeCa(createAcmeCa({ clock: systemClock, behaviour }));
    await writeFile(join(folder.path, "roots.pem"), ca.apiRoots);
    const run = async (...flags: string[]): Promise<number> =>
      await main(
        [
          ...["doctor", "--domain", "127.0.0.1", "--host", "127.0.0.1", "--certs", "certs"],
          ...["--port", "0", "--acme-port", "0", "--acme-root", "roots.pem"],
          ...["--acme-directory", ca.directoryUrl, ...flags],
        ],
        recordedContext({ cwd: folder.path }),
      );
    expect(await run()).toBe(0);
    expect(await run("--strict")).toBe(1);
  });
});

describe("the doctor's text", () => {
  it("has one sentence and one fix for each finding, and a sum", () => {
    const text = doctorText([
      { severity: "problem", check: "dns", sentence: "It is\u001B[31m wrong.", fix: "Mend it." },
      { severity: "good", check: "ca", sentence: "It answers." },
    ]);
    expect(text).toBe(
      "PROBLEM  It is [31m wrong.\n         -> Mend it.\ngood     It answers.\n\n" +
        "Problems: 1, warnings: 0, not seen from here: 0.\n",
    );
    expect(doctorText([])).toBe("\nNothing stands in the way of a certificate.\n");
  });
});
